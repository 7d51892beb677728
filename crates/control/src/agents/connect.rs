//! From an agent's token to a session.

use coder_model::{
    AgentId, UserId,
    user::UserStatus,
    workspace::{Agent, JobStatus, Transition, WorkspaceWithBuild},
};
use coder_store::{agents, users, workspaces};
use uuid::Uuid;

use crate::{Control, Error, Result, auth::hash_secret};

/// The longest text an agent says of itself, in bytes.
const MAX_WORD: usize = 64;

/// A workspace agent whose token was checked and whose workspace is meant to run.
#[derive(Debug, Clone)]
pub struct AgentSession {
    pub(crate) agent: Agent,
    pub(crate) overview: WorkspaceWithBuild,
    pub(crate) connection: Uuid,
}

impl AgentSession {
    /// The agent.
    #[must_use]
    pub fn id(&self) -> AgentId {
        self.agent.id
    }

    /// Its workspace and the build it works for.
    #[must_use]
    pub fn overview(&self) -> &WorkspaceWithBuild {
        &self.overview
    }

    /// Names this connection: a later one of the same agent replaces it.
    #[must_use]
    pub fn connection(&self) -> Uuid {
        self.connection
    }

    pub(crate) fn owner(&self) -> UserId {
        self.overview.workspace.owner
    }
}

/// What an agent says of itself.
#[derive(Debug, Clone, Default)]
pub struct AgentInfo {
    /// `linux`, `macos`, `windows`.
    pub operating_system: String,
    /// `amd64`, `arm64`.
    pub architecture: String,
    /// Its version.
    pub version: String,
}

impl Control {
    /// Which agent shows this token.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] for an unknown token or a suspended owner; a conflict while the workspace is not
    /// meant to run.
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

    /// Notes that an agent is there.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn agent_connected(&self, session: &AgentSession, info: &AgentInfo) -> Result<()> {
        let mut write = self.database.write().await?;
        let info = agents::AgentInfo {
            operating_system: cut(&info.operating_system),
            architecture: cut(&info.architecture),
            version: cut(&info.version),
        };
        agents::record_connect(&mut write, session.agent.id, session.connection, info, self.clock.now())
            .await?;
        Ok(write.commit().await?)
    }

    /// Notes that these connections are still alive.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn record_heartbeats(&self, connections: &[Uuid]) -> Result<()> {
        let now = self.clock.now();
        let mut write = self.database.write().await?;
        for connection in connections {
            agents::record_heartbeat(&mut write, *connection, now).await?;
        }
        Ok(write.commit().await?)
    }

    /// Notes that a connection ended. A later connection of the same agent is left alone.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn agent_disconnected(&self, connection: Uuid) -> Result<()> {
        let mut write = self.database.write().await?;
        agents::record_disconnect(&mut write, connection, self.clock.now()).await?;
        Ok(write.commit().await?)
    }

    /// Whether the connection may stay: its workspace is still meant to run, and its owner to be served.
    ///
    /// # Errors
    /// When the database fails.
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

/// From the request for a start until a stop or delete is done.
fn accepts_agent(overview: &WorkspaceWithBuild) -> bool {
    if overview.workspace.deleted_at.is_some() {
        return false;
    }
    match overview.build.transition {
        Transition::Start => !matches!(overview.build.status, JobStatus::Failed | JobStatus::Canceled),
        Transition::Stop | Transition::Delete => overview.build.status != JobStatus::Succeeded,
    }
}

fn cut(text: &str) -> &str {
    text.get(..text.floor_char_boundary(MAX_WORD)).unwrap_or_default()
}
