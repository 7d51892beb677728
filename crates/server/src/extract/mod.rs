//! What handlers take: parts of a request, already checked.

mod caller;
mod json;
mod path;
mod request_info;

pub use caller::{
    Authenticated, AuthenticatedOrRedirect, header_token, is_navigation, is_same_origin, is_state_changing,
    login_url,
};
pub use json::Json;
pub use path::{Path, Query};
pub use request_info::{ClientInfo, request_info};
