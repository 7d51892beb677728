//! Extractors. Their rejections are [`HttpError`](crate::HttpError)s.

mod authenticated;
mod json;
mod origin;
mod path;
mod request_info;

pub use authenticated::{Authenticated, AuthenticatedOrRedirect, header_token, login_url};
pub use json::Json;
pub use origin::{is_navigation, is_same_origin, is_state_changing};
pub use path::{Path, Query};
pub use request_info::{ClientInfo, request_info};
