//! Authentication: login, sessions, API tokens, grants, passwords.

mod authenticate;
mod csrf;
mod grants;
mod issue;
mod keys;
mod login;
mod login_throttle;
mod password_hasher;

pub use csrf::{csrf_token, verify_csrf_token};
pub use grants::Scope;
pub use issue::IssuedKey;
pub(crate) use issue::hash_secret;
pub use keys::NewToken;
pub(crate) use login_throttle::LoginThrottle;
pub(crate) use password_hasher::PasswordHasher;
