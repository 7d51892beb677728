//! Workspace agents: letting them in, telling them what they are for, and keeping what they report.

mod connect;
mod find;
mod logs;
mod manifest;
mod report;

pub use connect::{AgentSession, Greeting};
pub use find::AgentView;
pub use logs::NewLine;
pub use manifest::Manifest;
