//! What a secret, a target, a user, a workspace, a token and a moment *are*, and every rule about them.
//!
//! Nothing here does I/O or is async. A value of one of these types has already passed its rules:
//! text from outside is parsed into them once, at the edge, and every broken rule comes back as a
//! [`Violation`] that names the field.

pub mod duration;
pub mod id;
pub mod import;
pub mod moment;
pub mod page;
pub mod schedule;
pub mod sealed;
pub mod secret;
pub mod template;
pub mod token;
pub mod user;
pub mod violation;
mod visible;
pub mod workspace;

pub use id::*;
pub use moment::Moment;
pub use violation::Violation;
pub use visible::visible;
