//! Workspaces: create, build, find, settings, schedules.

mod app_addresses;
mod app_hosts;
mod apps;
mod build;
mod build_queue;
mod create;
mod delete;
mod find;
mod logs;
mod pending;
mod rename;
mod restart;
mod schedule;
mod settings;

pub use app_addresses::AppAddresses;
pub use app_hosts::{AppHosts, HostError};
pub use apps::{AppRef, AuthorizedApp};
pub use build_queue::{BuildOutcome, ClaimedBuild, LeaseStatus};
pub use create::NewWorkspace;
pub(crate) use create::parse_definition;
pub use schedule::next_start;
