//! Agent tokens, decrypted for the provisioner and for owners of external workspaces.

use coder_crypto::AssociatedData;
use coder_model::{UserId, WorkspaceId};
use coder_store::agents;
use zeroize::Zeroizing;

use crate::{Caller, Control, Error, Result, permissions::require_visible, workspaces::parse_definition};

impl Control {
    /// The token of an external workspace's agent. For the workspace's owner only.
    ///
    /// # Errors
    /// [`Error::NotFound`] for other callers and an unknown agent name; [`Error::Gone`] for a deleted workspace;
    /// [`Error::Invalid`] for a workspace that is not external.
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

    /// The token of a workspace's agent. For the server's build worker.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the workspace has no agent.
    pub async fn agent_token(&self, owner: UserId, workspace: WorkspaceId) -> Result<Zeroizing<String>> {
        let mut read = self.database.read().await?;
        let agent = agents::find_by_workspace(&mut read, workspace).await?.ok_or(Error::NotFound)?;
        let sealed = agents::token(&mut read, agent.id).await?.ok_or(Error::NotFound)?;
        let key = self.existing_data_key(&mut read, owner).await?;
        let token = key.and_then(|key| key.open(AssociatedData::AgentToken { owner, workspace }, &sealed).ok());
        let mut token = token.ok_or_else(|| {
            Error::internal(format!("the agent token of workspace {workspace} could not be decrypted"))
        })?;
        String::from_utf8(std::mem::take(&mut *token))
            .map(Zeroizing::new)
            .map_err(|_| Error::internal("an agent token is not UTF-8"))
    }
}
