//! Account → Secrets. Pages never contain a stored value.

mod create;
mod delete;
mod edit;
mod form_value;
mod import;
mod list;
mod settings_form;
mod toggle;

pub use create::{create_secret, create_secret_page};
pub use delete::{delete_secret, delete_secret_page};
pub use edit::{edit_secret, edit_secret_page};
pub use import::import_secrets;
pub use list::secrets_page;
pub use toggle::toggle_secret;

use coder_control::{Result, SecretsPermit};

use super::current_user::CurrentUser;

const LIST_PATH: &str = "/settings/secrets";

/// The permit for the current user's own secrets.
fn own(current_user: &CurrentUser) -> Result<SecretsPermit<'_>> {
    current_user.caller.change_secrets_of(current_user.caller.user())
}
