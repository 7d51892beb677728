//! Web apps of workspaces: under a path of the server, or with host names of their own.

mod auth_redirect;
mod headers;
mod path_based;
mod proxy;
mod subdomain;

pub use auth_redirect::auth_redirect;
#[cfg(fuzzing)]
pub use headers::{AppBase, prepare_request, prepare_response};
pub use path_based::{add_trailing_slash, serve_path};
pub use subdomain::serve_subdomain;
