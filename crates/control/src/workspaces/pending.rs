//! What a workspace's next start would change about its owner's secrets.

use coder_model::workspace::{Lifecycle, PendingChange, Transition, WorkspaceWithBuild, pending_changes};
use coder_store::{agent_deliveries, agents, secrets};

use crate::{Caller, Control, Result};

impl Control {
    /// What the next start of a running workspace would change about its owner's secrets, by name. For the owner alone; nothing
    /// for anybody else, or while nothing was delivered.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn pending_changes(
        &self,
        caller: &Caller,
        overview: &WorkspaceWithBuild,
    ) -> Result<Vec<(String, PendingChange)>> {
        if !caller.owns(&overview.workspace) || overview.build.transition != Transition::Start {
            return Ok(Vec::new());
        }
        let mut read = self.database.read().await?;
        let Some(agent) = agents::find_by_workspace(&mut read, overview.workspace.id).await? else {
            return Ok(Vec::new());
        };
        // It was given nothing since this start: whatever there is by then reaches it.
        if agent.lifecycle == Lifecycle::Created {
            return Ok(Vec::new());
        }
        let delivered = agent_deliveries::list(&mut read, agent.id).await?;
        Ok(pending_changes(&delivered, &secrets::list(&mut read, overview.workspace.owner).await?))
    }
}
