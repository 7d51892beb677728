//! What handlers take: parts of a request, already checked.

mod json;

pub use json::Json;
