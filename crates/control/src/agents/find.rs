//! Agents as users see them.

use std::time::Duration;

use coder_model::{
    AgentId, Moment,
    log::LogSource,
    template::{App, AppHealth, Definition},
    workspace::{Agent, AgentStatus, Lifecycle, ResourceName, Transition, Warning, WorkspaceWithBuild},
};
use coder_store::{agent_app_health, agent_logs, agent_warnings, agents, builds};

use crate::{Caller, Control, Error, Result, permissions::require_visible, workspaces::parse_definition};

/// An agent counts as disconnected this long after its last heartbeat: three were missed.
const HEARTBEAT_TIMEOUT: Duration = Duration::from_secs(50);

/// An agent with everything that users are shown of it.
#[derive(Debug, Clone)]
pub struct AgentView {
    pub agent: Agent,
    /// Name of the workspace.
    pub workspace: ResourceName,
    /// Username of the workspace's owner.
    pub owner: String,
    pub status: AgentStatus,
    /// The template version of the agent's build.
    pub definition: Definition,
    pub log_sources: Vec<LogSource>,
    /// Bytes of stored log, and whether lines were dropped.
    pub logs: (i64, bool),
    /// Problems of the latest delivery.
    pub warnings: Vec<Warning>,
    /// Latest reported health of apps, by slug.
    pub health: Vec<(String, AppHealth)>,
}

impl AgentView {
    #[must_use]
    pub fn health_of(&self, app: &App) -> AppHealth {
        if app.health_check.is_none() {
            return AppHealth::Disabled;
        }
        let reported = self.health.iter().find(|(slug, _)| *slug == app.slug);
        reported.map_or(AppHealth::Initializing, |(_, health)| *health)
    }

    /// Why the agent is unhealthy; `None` when it is healthy.
    #[must_use]
    pub fn unhealthy_reason(&self) -> Option<&'static str> {
        match (self.status, self.agent.lifecycle) {
            (AgentStatus::Disconnected, _) => Some("agent has lost connection"),
            (AgentStatus::Timeout, _) => Some("agent is taking too long to connect"),
            (_, Lifecycle::StartError) => Some("startup script failed"),
            (_, Lifecycle::StartTimeout) => Some("startup script timed out"),
            (_, Lifecycle::ShuttingDown | Lifecycle::Off) => Some("agent is shutting down"),
            _ => None,
        }
    }
}

impl Control {
    /// The agent of a start build; `None` for other builds, and once there is a later start. For the server, with a
    /// build that the caller may see.
    pub async fn agent_of(&self, overview: &WorkspaceWithBuild) -> Result<Option<AgentView>> {
        if overview.build.transition != Transition::Start {
            return Ok(None);
        }
        let mut read = self.database.read().await?;
        let agent = agents::find_by_workspace(&mut read, overview.workspace.id).await?;
        drop(read);
        match agent {
            Some(agent) if agent.build == overview.build.id => {
                Ok(Some(self.agent_view(agent, overview).await?))
            }
            _ => Ok(None),
        }
    }

    /// An agent. For the workspace's owner and owners of the deployment.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none, and for other callers.
    pub async fn find_agent(&self, caller: &Caller, id: AgentId) -> Result<AgentView> {
        let mut read = self.database.read().await?;
        let agent = agents::find(&mut read, id).await?.ok_or(Error::NotFound)?;
        let overview = builds::find(&mut read, agent.build).await?.ok_or(Error::NotFound)?;
        drop(read);
        require_visible(caller.can_manage_workspace(&overview.workspace))?;
        self.agent_view(agent, &overview).await
    }

    async fn agent_view(&self, agent: Agent, overview: &WorkspaceWithBuild) -> Result<AgentView> {
        let definition = parse_definition(&overview.definition)?;
        let mut read = self.database.read().await?;
        let log_sources = agent_logs::sources(&mut read, agent.build).await?;
        let logs = agent_logs::length(&mut read, agent.id).await?;
        let warnings = agent_warnings::list(&mut read, agent.id).await?;
        let has_health_checks = definition.apps.iter().any(|app| app.health_check.is_some());
        let health =
            if has_health_checks { agent_app_health::list(&mut read, agent.id).await? } else { Vec::new() };
        let status = self.agent_status(&agent, overview.build.created_at, definition.agent.connection_timeout);
        let (workspace, owner) = (overview.workspace.name.clone(), overview.owner_name.clone());
        Ok(AgentView { agent, workspace, owner, status, definition, log_sources, logs, warnings, health })
    }

    fn agent_status(&self, agent: &Agent, requested_at: Moment, timeout: Duration) -> AgentStatus {
        let now = self.clock.now();
        let Some(first) = agent.first_connected_at else {
            let is_late = now.since(requested_at) > timeout;
            return if is_late { AgentStatus::Timeout } else { AgentStatus::Connecting };
        };
        let last = agent.last_connected_at.unwrap_or(first);
        if agent.disconnected_at.is_some() || now.since(last) > HEARTBEAT_TIMEOUT {
            AgentStatus::Disconnected
        } else {
            AgentStatus::Connected
        }
    }
}
