//! Account: profile, password, tokens, appearance.

mod appearance;
mod password;
mod profile;
mod tokens;

pub use appearance::{appearance_page, choose_appearance};
pub use password::{change_password, security_page};
pub use profile::{change_profile, profile_page};
pub use tokens::{create_token, delete_token, delete_token_page, new_token_page, tokens_page};
