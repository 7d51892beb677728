//! What handlers take: parts of a request, already checked.

mod caller;
mod json;
mod origin;
mod path;

pub use caller::{
    Browsing, SignedIn, changes_something, header_token, is_navigation, is_same_origin, log_in_first,
};
pub use json::Json;
pub use origin::{From, origin};
pub use path::{Path, Query};
