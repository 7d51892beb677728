//! The end of a workspace.

use coder_model::WorkspaceId;
use coder_store::{WriteTransaction, agents, workspaces};

use crate::{Control, Result};

impl Control {
    /// Takes a workspace and its agent away. The agent's token opens nothing from here on.
    pub(super) async fn remove_workspace(&self, write: &mut WriteTransaction, id: WorkspaceId) -> Result<()> {
        agents::delete(write, id).await?;
        workspaces::delete(write, id, self.clock.now()).await?;
        Ok(())
    }
}
