//! References to workspaces.

use anyhow::{Context as _, Result};
use coder_client::Client;
use coder_wire::workspaces::Workspace;

/// Gets a workspace by `NAME`, `NAME.AGENT` or `OWNER/NAME`.
pub async fn find(client: &Client, reference: &str) -> Result<Workspace> {
    let (owner, rest) = reference.split_once('/').unwrap_or(("me", reference));
    let name = rest.split_once('.').map_or(rest, |(name, _)| name);
    client.workspace(owner, name).await.with_context(|| format!("get workspace {name:?}"))
}
