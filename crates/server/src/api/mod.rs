//! The REST API: a folder per subject, a file per operation or a few that belong together.

pub mod agents;
pub mod deployment;
pub mod health;
pub mod keys;
mod logs;
mod pagination;
mod polling;
pub mod secrets;
pub mod templates;
pub mod users;
pub mod workspaces;
