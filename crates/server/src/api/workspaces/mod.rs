//! Workspaces and their builds.

mod builds;
mod follow;
mod manage;
mod show;

pub use builds::*;
pub(super) use follow::{Source, follow};
pub use manage::*;
pub(super) use show::{agent, agent_log};
