//! What agents report.

use coder_model::{
    BuildId, Moment,
    template::AppHealth,
    workspace::{Lifecycle, Warning},
};
use coder_store::{
    agent_app_health,
    agent_warnings::{self, Reporter},
    agents, builds,
};

use super::{AgentSession, truncate};
use crate::{Control, Error, Result, workspaces::parse_definition};

/// In bytes; longer paths are truncated.
const MAX_PATH: usize = 4096;
/// Warnings per delivery. 50 secrets cause at most 100: each can fail as a variable and as a file.
const MAX_WARNINGS: usize = 200;
/// In bytes; longer warnings are truncated.
const MAX_WARNING: usize = 2048;

impl Control {
    /// Records the directory that the agent's sessions start in. For the agent.
    pub async fn set_agent_directory(&self, session: &AgentSession, path: &str) -> Result<()> {
        let mut write = self.database.write().await?;
        agents::set_directory(&mut write, session.agent.id, truncate(path, MAX_PATH)).await?;
        Ok(write.commit().await?)
    }

    /// Records the lifecycle state of the agent. For the agent.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an unknown state.
    pub async fn set_lifecycle(&self, session: &AgentSession, state: &str, at: Moment) -> Result<()> {
        let lifecycle = Lifecycle::parse(state)
            .ok_or_else(|| Error::bad_request("The agent reported an unknown lifecycle state.", ""))?;
        let mut write = self.database.write().await?;
        agents::set_lifecycle(&mut write, session.agent.id, lifecycle, at, self.clock.now()).await?;
        Ok(write.commit().await?)
    }

    /// Records the health of an app. A report about an older build or an unknown app is dropped. For the agent.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an unknown health; [`Error::NotFound`] for an unknown build, and when the agent was
    /// deleted.
    pub async fn set_app_health(
        &self,
        session: &AgentSession,
        build: BuildId,
        slug: &str,
        health: &str,
    ) -> Result<()> {
        let health = AppHealth::parse(health)
            .ok_or_else(|| Error::bad_request("The agent reported an unknown health.", ""))?;
        let mut read = self.database.read().await?;
        let overview = builds::find(&mut read, build).await?.ok_or(Error::NotFound)?;
        drop(read);
        let definition = parse_definition(&overview.definition)?;
        let mut write = self.database.write().await?;
        let agent = agents::find(&mut write, session.agent.id).await?.ok_or(Error::NotFound)?;
        if agent.build == build && definition.apps.iter().any(|app| app.slug == slug) {
            agent_app_health::set(&mut write, agent.id, slug, health).await?;
        }
        Ok(write.commit().await?)
    }

    /// Replaces the warnings about the delivery of secrets. A report about an older build is dropped. For the agent.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the agent was deleted.
    pub async fn report_delivery(
        &self,
        session: &AgentSession,
        build: BuildId,
        warnings: Vec<Warning>,
    ) -> Result<()> {
        let warnings: Vec<Warning> = warnings
            .into_iter()
            .take(MAX_WARNINGS)
            .map(|warning| Warning {
                secret: truncate(&warning.secret, MAX_WARNING).to_owned(),
                message: truncate(&warning.message, MAX_WARNING).to_owned(),
            })
            .collect();
        // Usually there are no warnings, before and after.
        let old_warnings = agent_warnings::list(&mut self.database.read().await?, session.agent.id).await?;
        if warnings.is_empty() && old_warnings.is_empty() {
            return Ok(());
        }
        let mut write = self.database.write().await?;
        let agent = agents::find(&mut write, session.agent.id).await?.ok_or(Error::NotFound)?;
        if agent.build == build {
            agent_warnings::replace(&mut write, agent.id, Reporter::Agent, &warnings).await?;
        }
        Ok(write.commit().await?)
    }
}
