//! Changes of secrets that a workspace's next start would deliver.

use coder_model::workspace::{Lifecycle, PendingChange, Transition, WorkspaceWithBuild, pending_changes};
use coder_store::{agent_deliveries, agents, secrets};

use crate::{Caller, Control, Result};

impl Control {
    /// The changes of secrets, by name, that a restart of a running workspace would deliver. For the workspace's
    /// owner; empty for other callers, and before the first delivery.
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
        // Nothing was delivered since this start: the delivery will have all secrets as they are then.
        if agent.lifecycle == Lifecycle::Created {
            return Ok(Vec::new());
        }
        let delivered = agent_deliveries::list(&mut read, agent.id).await?;
        Ok(pending_changes(&delivered, &secrets::list(&mut read, overview.workspace.owner).await?))
    }
}
