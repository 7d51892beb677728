//! Workspace agents: authentication, manifest, reports, and who may enter their workspace.

mod access;
mod connect;
mod credentials;
mod find;
mod logs;
mod manifest;
mod report;

pub use connect::{AgentInfo, AgentSession};
pub use find::AgentView;
pub use logs::NewLine;
pub use manifest::Manifest;
