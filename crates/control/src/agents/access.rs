//! Access to a workspace through its agent.

use std::time::Duration;

use coder_model::{
    AgentId,
    workspace::{Workspace, WorkspaceWithBuild},
};
use coder_store::{agents, workspaces};

use crate::{Caller, Control, Error, Result, permissions::require_visible};

/// How often use of a workspace is recorded: more often would make every connection a write.
const RECORD_INTERVAL: Duration = Duration::from_secs(60);

impl Control {
    /// The workspace of an agent, for entering it. For the workspace's owner only: it holds their secrets.
    ///
    /// # Errors
    /// [`Error::NotFound`] for other callers.
    pub async fn authorize_workspace(&self, caller: &Caller, id: AgentId) -> Result<WorkspaceWithBuild> {
        let mut read = self.database.read().await?;
        let agent = agents::find(&mut read, id).await?.ok_or(Error::NotFound)?;
        let found = workspaces::find(&mut read, agent.workspace).await?.ok_or(Error::NotFound)?;
        require_visible(caller.owns(&found.workspace))?;
        Ok(found)
    }

    /// Records that a workspace is used, once a minute at most. For the server, once a caller is authorized.
    pub async fn record_workspace_use(&self, workspace: &Workspace) -> Result<()> {
        let now = self.clock.now();
        if now.since(workspace.last_used_at) > RECORD_INTERVAL {
            let mut write = self.database.write().await?;
            workspaces::record_use(&mut write, workspace.id, now).await?;
            write.commit().await?;
        }
        Ok(())
    }
}
