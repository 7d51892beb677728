//! What handlers take: parts of a request, already checked.

mod caller;
mod json;
mod origin;
mod path;

pub use caller::SignedIn;
pub use json::Json;
pub use origin::From;
pub use path::{Path, Query};
