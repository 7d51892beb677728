//! Workspaces and their builds.

mod builds;
mod manage;
mod show;

pub use builds::*;
pub use manage::*;
pub(super) use show::agent;
