//! Account → Secrets. No page ever has a saved value in it.

mod add;
mod change;
mod delete;
mod edit;
mod import;
mod list;
mod toggle;

pub use add::{add_secret, add_secret_page};
pub use delete::{delete_secret, delete_secret_page};
pub use edit::{edit_secret, edit_secret_page};
pub use import::import_secrets;
pub use list::secrets_page;
pub use toggle::toggle_secret;

use coder_control::{Result, SecretsPermit};

use super::visit::Member;

/// Where the list is.
const LIST: &str = "/settings/secrets";

/// A member's permit for their own secrets.
fn own(member: &Member) -> Result<SecretsPermit<'_>> {
    member.caller.change_secrets_of(member.caller.user())
}
