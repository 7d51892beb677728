//! Workspaces: create, start, stop, restart, delete, list, show, logs.

mod build;
mod change;
mod list;
mod logs;
mod show;

use anyhow::{Context as _, Result};
pub use build::{follow, start_if_stopped};
pub use change::{
    CreateArgs, DeleteArgs, RestartArgs, StartArgs, StopArgs, create, delete, restart, start, stop,
};
use coder_client::Client;
use coder_wire::workspaces::Workspace;
pub use list::{ListArgs, list};
pub use logs::{LogsArgs, logs};
pub use show::{ShowArgs, show};

/// The workspace that `NAME`, `NAME.AGENT` or `OWNER/NAME` means.
pub async fn find(client: &Client, reference: &str) -> Result<Workspace> {
    let (owner, rest) = reference.split_once('/').unwrap_or(("me", reference));
    let name = rest.split_once('.').map_or(rest, |(name, _)| name);
    client.workspace(owner, name).await.with_context(|| format!("get workspace {name:?}"))
}
