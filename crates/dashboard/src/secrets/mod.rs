//! Account → Secrets. No page ever has a saved value in it.

mod add;
mod delete;
mod edit;
mod form_value;
mod import;
mod list;
mod settings_form;
mod toggle;

pub use add::{add_secret, add_secret_page};
pub use delete::{delete_secret, delete_secret_page};
pub use edit::{edit_secret, edit_secret_page};
pub use import::import_secrets;
pub use list::secrets_page;
pub use toggle::toggle_secret;

use coder_control::{Result, SecretsPermit};

use super::current_user::CurrentUser;

/// Where the list is.
const LIST_PATH: &str = "/settings/secrets";

/// A current_user's permit for their own secrets.
fn own(current_user: &CurrentUser) -> Result<SecretsPermit<'_>> {
    current_user.caller.change_secrets_of(current_user.caller.user())
}
