//! Workspaces and their builds.

mod builds;
mod follow;
mod manage;
mod settings;
mod show;
mod watch;

pub use builds::*;
pub(super) use follow::{Source, follow};
pub use manage::*;
pub use settings::*;
pub(super) use show::{agent, agent_log};
pub use watch::watch_workspace;
