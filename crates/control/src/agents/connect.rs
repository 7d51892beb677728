//! Authenticating agents and recording their connections.

use coder_model::{
    AgentId, UserId,
    user::UserStatus,
    workspace::{Agent, JobStatus, Transition, WorkspaceWithBuild},
};
use coder_store::{agents, users, workspaces};
use uuid::Uuid;

use super::truncate;
use crate::{Control, Error, Result, auth::hash_secret};

/// Bytes in each text of [`AgentInfo`]; longer ones are truncated.
const MAX_INFO: usize = 64;

/// An authenticated agent, of a workspace that should run. Only authentication makes one.
#[derive(Debug, Clone)]
pub struct AgentSession {
    pub(crate) agent: Agent,
    pub(crate) overview: WorkspaceWithBuild,
    pub(crate) connection: Uuid,
}

impl AgentSession {
    #[must_use]
    pub fn id(&self) -> AgentId {
        self.agent.id
    }

    /// The workspace with its latest build.
    #[must_use]
    pub fn overview(&self) -> &WorkspaceWithBuild {
        &self.overview
    }

    /// Identifies this connection: a later one of the same agent replaces it.
    #[must_use]
    pub fn connection(&self) -> Uuid {
        self.connection
    }

    pub(crate) fn owner(&self) -> UserId {
        self.overview.workspace.owner
    }
}

/// What an agent reports of itself when it connects.
#[derive(Debug, Clone, Default)]
pub struct AgentInfo {
    /// `linux`, `macos`, `windows`.
    pub operating_system: String,
    /// `amd64`, `arm64`.
    pub architecture: String,
    pub version: String,
}

impl Control {
    /// The agent with this token. For everyone.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] for an unknown token or a suspended owner; [`Error::Conflict`] while the workspace
    /// should not run.
    pub async fn authenticate_agent(&self, token: &str) -> Result<AgentSession> {
        let unknown = || {
            Error::unauthenticated(
                "The agent token is not valid.",
                "The workspace was deleted, or the token was copied wrongly.",
            )
        };
        let mut read = self.database.read().await?;
        let agent = agents::find_by_token(&mut read, &hash_secret(token)).await?.ok_or_else(unknown)?;
        let overview = workspaces::find(&mut read, agent.workspace).await?.ok_or_else(unknown)?;
        let owner = users::find(&mut read, overview.workspace.owner).await?.ok_or_else(unknown)?;
        if owner.status == UserStatus::Suspended {
            return Err(Error::unauthenticated(
                "The workspace's owner is suspended.",
                "Contact an admin to reactivate the account.",
            ));
        }
        if !accepts_agent(&overview) {
            return Err(Error::conflict(
                "The workspace is not started.",
                format!("Start it with `coder start {}`.", overview.workspace.name),
            ));
        }
        let connection = self.random.id(self.clock.now())?;
        Ok(AgentSession { agent, overview, connection })
    }

    /// Records that the agent is connected. For the agent.
    pub async fn agent_connected(&self, session: &AgentSession, info: &AgentInfo) -> Result<()> {
        let mut write = self.database.write().await?;
        let info = agents::AgentInfo {
            operating_system: truncate(&info.operating_system, MAX_INFO),
            architecture: truncate(&info.architecture, MAX_INFO),
            version: truncate(&info.version, MAX_INFO),
        };
        agents::record_connect(&mut write, session.agent.id, session.connection, info, self.clock.now())
            .await?;
        Ok(write.commit().await?)
    }

    /// Records that agent connections are alive. For the server's own jobs.
    pub async fn record_heartbeats(&self, connections: &[Uuid]) -> Result<()> {
        let now = self.clock.now();
        let mut write = self.database.write().await?;
        for connection in connections {
            agents::record_heartbeat(&mut write, *connection, now).await?;
        }
        Ok(write.commit().await?)
    }

    /// Records that an agent connection ended; no effect on a later connection of the same agent. For the server.
    pub async fn agent_disconnected(&self, connection: Uuid) -> Result<()> {
        let mut write = self.database.write().await?;
        agents::record_disconnect(&mut write, connection, self.clock.now()).await?;
        Ok(write.commit().await?)
    }

    /// Whether the agent may stay connected: its workspace should still run, and its owner is not suspended. For the
    /// server's long-lived connections.
    pub async fn is_connection_allowed(&self, session: &AgentSession) -> Result<bool> {
        let mut read = self.database.read().await?;
        let overview = workspaces::find(&mut read, session.agent.workspace).await?;
        let owner = users::find(&mut read, session.owner()).await?;
        let agent = agents::find(&mut read, session.agent.id).await?;
        Ok(agent.is_some()
            && owner.is_some_and(|owner| owner.status != UserStatus::Suspended)
            && overview.is_some_and(|overview| accepts_agent(&overview)))
    }
}

/// Whether the workspace should run: from the request for a start until a stop or delete has succeeded.
fn accepts_agent(overview: &WorkspaceWithBuild) -> bool {
    if overview.workspace.deleted_at.is_some() {
        return false;
    }
    match overview.build.transition {
        Transition::Start => !matches!(overview.build.status, JobStatus::Failed | JobStatus::Canceled),
        Transition::Stop | Transition::Delete => overview.build.status != JobStatus::Succeeded,
    }
}
