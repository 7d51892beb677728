//! The REST API: a directory or file per subject. Doc comments of handlers are the text of `docs/openapi.json`.

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
