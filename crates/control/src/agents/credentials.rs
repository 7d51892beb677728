//! Agent tokens: decrypted for the provisioner, and for the owners of external workspaces.

use coder_crypto::AssociatedData;
use coder_model::{UserId, WorkspaceId};
use coder_store::agents;
use zeroize::Zeroizing;

use crate::{Caller, Control, Error, Result, permissions::require_visible, workspaces::parse_definition};

impl Control {
    /// The token of an external workspace's agent, for its owner and nobody else.
    ///
    /// # Errors
    /// [`Error::NotFound`] for everybody else or another agent's name; a refusal where the server starts the agent.
    pub async fn external_agent_token(
        &self,
        caller: &Caller,
        workspace: WorkspaceId,
        agent_name: &str,
    ) -> Result<Zeroizing<String>> {
        let overview = self.find_workspace(caller, workspace, false).await?;
        require_visible(caller.owns(&overview.workspace))?;
        let definition = parse_definition(&overview.definition)?;
        let mut read = self.database.read().await?;
        let agent = agents::find_by_workspace(&mut read, workspace).await?.ok_or(Error::NotFound)?;
        drop(read);
        if agent.name != agent_name {
            return Err(Error::NotFound);
        }
        if !definition.provisioner.is_agent_started_by_owner() {
            return Err(Error::bad_request(
                "The workspace is not external.",
                "The server starts its agent itself; only [external] templates have one to start by hand.",
            ));
        }
        self.agent_token(caller.id(), workspace).await
    }

    /// The token of a workspace's agent, for whoever makes its computer.
    ///
    /// # Errors
    /// When it does not open, or the database fails.
    pub async fn agent_token(&self, owner: UserId, workspace: WorkspaceId) -> Result<Zeroizing<String>> {
        let mut read = self.database.read().await?;
        let agent = agents::find_by_workspace(&mut read, workspace).await?.ok_or(Error::NotFound)?;
        let sealed = agents::token(&mut read, agent.id).await?.ok_or(Error::NotFound)?;
        let key = self.existing_data_key(&mut read, owner).await?;
        let opened =
            key.and_then(|key| key.open(AssociatedData::AgentToken { owner, workspace }, &sealed).ok());
        let mut opened = opened.ok_or_else(|| {
            Error::internal(format!("the agent token of workspace {workspace} could not be decrypted"))
        })?;
        String::from_utf8(std::mem::take(&mut *opened))
            .map(Zeroizing::new)
            .map_err(|_| Error::internal("an agent token is not UTF-8"))
    }
}
