//! User accounts.

mod change_password;
mod create;
mod delete;
mod find;
mod first_user;
mod list;
mod profile;
mod roles;
mod status;

pub use create::NewUser;
