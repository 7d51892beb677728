//! Workspaces and their builds.

mod builds;
mod manage;
mod response;
mod settings;
mod watch;

pub use builds::*;
pub use manage::*;
pub(super) use response::build_log;
pub use settings::*;
pub use watch::watch_workspace;
