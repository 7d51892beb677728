//! Workspace agents: authentication, manifest, reports, and access to their workspaces.

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

/// The longest beginning of `text` that is at most `bytes` long and ends between characters.
fn truncate(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or_default()
}
