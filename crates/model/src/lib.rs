//! What a secret, a target, a user, a workspace, a token and a moment *are*, and every rule about them.
//!
//! Nothing here does I/O or is async. A value of one of these types has already passed its rules:
//! text from outside is parsed into them once, at the edge, and every broken rule comes back as a
//! [`FieldError`] that names the field.

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
