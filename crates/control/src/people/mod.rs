//! People: accounts, signing in, keys, roles.

mod attempts;
mod authenticate;
mod create;
mod delete;
mod first;
mod form_token;
mod grants;
mod keys;
mod list;
mod password;
mod profile;
mod roles;
mod sign_in;
mod status;

pub(crate) use attempts::Attempts;
pub use authenticate::Session;
pub(crate) use authenticate::hash_secret;
pub use create::NewUser;
pub use form_token::{form_token, is_form_token};
pub use grants::Scope;
pub use keys::NewToken;
pub(crate) use password::Passwords;
