//! Web apps of workspaces: under a path of the server, or under host names of their own.

mod headers;
mod host;
mod hosts;
mod path;
mod proxy;
mod redirect;

#[cfg(fuzzing)]
pub use headers::{Base, for_app, for_visitor};
pub use host::by_host;
pub use hosts::{AppHosts, HostError};
pub use path::{by_path, to_root};
pub use redirect::auth_redirect;

/// How apps are reached.
#[derive(Debug, Clone)]
pub struct AppSettings {
    /// The host names of apps, where there are any.
    pub hosts: Option<AppHosts>,
    /// Whether apps are served under a path of the server, where what they send is of the same origin as the dashboard.
    pub by_path: bool,
}
