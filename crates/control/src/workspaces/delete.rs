//! Deleting workspaces.

use coder_model::WorkspaceId;
use coder_store::{WriteTransaction, agents, workspaces};

use crate::{Control, Result};

impl Control {
    /// Deletes a workspace and its agent, whose token becomes invalid. Permissions were checked when the build was
    /// requested.
    pub(super) async fn delete_workspace(&self, write: &mut WriteTransaction, id: WorkspaceId) -> Result<()> {
        agents::delete(write, id).await?;
        workspaces::delete(write, id, self.clock.now()).await?;
        Ok(())
    }
}
