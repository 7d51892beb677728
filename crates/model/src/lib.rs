//! Secrets, users, tokens, templates and workspaces as types, with their rules. Neither I/O nor async.
//!
//! A value of one of these types is valid: input is parsed into it once, at the edge. A `parse` function that returns
//! `Result<_, String>` returns a message for the user, the detail of a [`FieldError`].

pub mod ciphertext;
pub mod deployment;
mod display_safe;
pub mod duration;
pub mod field_error;
pub mod id;
pub mod import;
pub mod log;
pub mod moment;
pub mod pagination;
pub mod schedule;
pub mod secret;
pub mod template;
pub mod token;
pub mod user;
pub mod workspace;

pub use display_safe::display_safe;
pub use field_error::FieldError;
pub use id::*;
pub use moment::Moment;
