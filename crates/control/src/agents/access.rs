//! Who may enter a workspace.

use coder_model::{AgentId, workspace::WorkspaceWithBuild};
use std::time::Duration;

use coder_store::{agents, workspaces};

use crate::{Caller, Control, Error, Result, permissions::require_visible};

impl Control {
    /// Lets the owner, and nobody else, into a workspace. Notes that it is used.
    ///
    /// # Errors
    /// [`Error::NotFound`] for everybody but the workspace's owner.
    pub async fn authorize_workspace(&self, caller: &Caller, id: AgentId) -> Result<WorkspaceWithBuild> {
        let mut read = self.database.read().await?;
        let agent = agents::find(&mut read, id).await?.ok_or(Error::NotFound)?;
        let overview = workspaces::find(&mut read, agent.workspace).await?.ok_or(Error::NotFound)?;
        drop(read);
        require_visible(caller.owns(&overview.workspace))?;
        let now = self.clock.now();
        // Once a minute is as exact as anybody needs it, and keeps connections cheap.
        if now.since(overview.workspace.last_used_at) > Duration::from_secs(60) {
            let mut write = self.database.write().await?;
            workspaces::record_use(&mut write, overview.workspace.id, now).await?;
            write.commit().await?;
        }
        Ok(overview)
    }
}
