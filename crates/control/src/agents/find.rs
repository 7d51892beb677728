//! Agents as people see them.

use coder_model::{
    AgentId, Moment,
    log::LogSource,
    template::{App, AppHealth, Definition},
    workspace::{Agent, AgentStatus, Lifecycle, ResourceName, Transition, Warning, WorkspaceWithBuild},
};
use std::time::Duration;

use coder_store::{agent_app_health, agent_logs, agent_warnings, agents, builds};

use crate::{Caller, Control, Error, Result, permissions::require_visible, workspaces::parse_definition};

/// An agent that was not heard of for this long is gone, whatever its row says: three missed heartbeats.
const SILENCE: Duration = Duration::from_secs(50);

/// An agent with everything that is shown of it.
#[derive(Debug, Clone)]
pub struct AgentView {
    /// The agent.
    pub agent: Agent,
    /// Its workspace's name.
    pub workspace: ResourceName,
    /// The username of that workspace's owner.
    pub owner: String,
    /// Whether it is there.
    pub status: AgentStatus,
    /// Its template.
    pub definition: Definition,
    /// Where its log lines come from.
    pub log_sources: Vec<LogSource>,
    /// Bytes of log kept, and whether lines were dropped.
    pub logs: (i64, bool),
    /// What the owner should know about the latest delivery.
    pub warnings: Vec<Warning>,
    /// What the agent says of its apps, by slug.
    pub health: Vec<(String, AppHealth)>,
}

impl AgentView {
    /// Whether an app is well.
    #[must_use]
    pub fn health_of(&self, app: &App) -> AppHealth {
        if app.health_check.is_none() {
            return AppHealth::Disabled;
        }
        let told = self.health.iter().find(|(slug, _)| *slug == app.slug);
        told.map_or(AppHealth::Initializing, |(_, health)| *health)
    }

    /// Why the agent is not well; none when it is.
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
    /// The agent that a start build brought up; none for other builds, and once a later start took it over.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn agent_of(&self, overview: &WorkspaceWithBuild) -> Result<Option<AgentView>> {
        if overview.build.transition != Transition::Start {
            return Ok(None);
        }
        let mut read = self.database.read().await?;
        let agent = agents::find_by_workspace(&mut read, overview.workspace.id).await?;
        drop(read);
        match agent {
            Some(agent) if agent.build == overview.build.id => Ok(Some(self.view(agent, overview).await?)),
            _ => Ok(None),
        }
    }

    /// An agent.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn find_agent(&self, caller: &Caller, id: AgentId) -> Result<AgentView> {
        let mut read = self.database.read().await?;
        let agent = agents::find(&mut read, id).await?.ok_or(Error::NotFound)?;
        let overview = builds::find(&mut read, agent.build).await?.ok_or(Error::NotFound)?;
        drop(read);
        require_visible(caller.can_manage_workspace(&overview.workspace))?;
        self.view(agent, &overview).await
    }

    /// The agent while it works for the build of `overview`.
    async fn view(&self, agent: Agent, overview: &WorkspaceWithBuild) -> Result<AgentView> {
        let definition = parse_definition(&overview.definition)?;
        let mut read = self.database.read().await?;
        let log_sources = agent_logs::sources(&mut read, agent.build).await?;
        let logs = agent_logs::length(&mut read, agent.id).await?;
        let warnings = agent_warnings::list(&mut read, agent.id).await?;
        let looks = definition.apps.iter().any(|app| app.health_check.is_some());
        let health = if looks { agent_app_health::list(&mut read, agent.id).await? } else { Vec::new() };
        let status = self.status(&agent, overview.build.created_at, definition.agent.connection_timeout);
        let (workspace, owner) = (overview.workspace.name.clone(), overview.owner_name.clone());
        Ok(AgentView { agent, workspace, owner, status, definition, log_sources, logs, warnings, health })
    }

    fn status(&self, agent: &Agent, asked_for: Moment, timeout: Duration) -> AgentStatus {
        let now = self.clock.now();
        let Some(first) = agent.first_connected_at else {
            let late = now.since(asked_for) > timeout;
            return if late { AgentStatus::Timeout } else { AgentStatus::Connecting };
        };
        let last = agent.last_connected_at.unwrap_or(first);
        if agent.disconnected_at.is_some() || now.since(last) > SILENCE {
            AgentStatus::Disconnected
        } else {
            AgentStatus::Connected
        }
    }
}
