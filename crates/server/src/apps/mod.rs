//! Web apps of workspaces: under a path of the server, or under host names of their own.

mod auth_redirect;
mod headers;
mod hostname;
mod path_based;
mod proxy;
mod subdomain;

pub use auth_redirect::auth_redirect;
#[cfg(fuzzing)]
pub use headers::{AppBase, prepare_request, prepare_response};
pub use hostname::{AppHosts, HostError};
pub use path_based::{add_trailing_slash, serve_path};
pub use subdomain::serve_subdomain;

/// How apps are reached.
#[derive(Debug, Clone)]
pub struct AppSettings {
    /// The host names of apps, where there are any.
    pub hosts: Option<AppHosts>,
    /// Whether apps are served under a path of the server, where what they send is of the same origin as the dashboard.
    pub path_based: bool,
}
