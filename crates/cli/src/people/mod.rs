//! `coder users` and `coder tokens`

mod tokens;
mod users;

pub use tokens::{TokensArgs, run as tokens};
pub use users::{UsersArgs, run as users};
