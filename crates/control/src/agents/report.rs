//! What agents report of their lives.

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

use super::AgentSession;
use crate::{Control, Error, Result, workspaces::parse_definition};

/// The longest path that is kept, in bytes.
const MAX_PATH: usize = 4096;
/// The most warnings of one delivery: each secret can fail as a variable and as a file.
const MAX_WARNINGS: usize = 200;
/// The longest warning that is kept, in bytes.
const MAX_WARNING: usize = 2048;

impl Control {
    /// Notes where the agent's sessions start.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_agent_directory(&self, session: &AgentSession, path: &str) -> Result<()> {
        let mut write = self.database.write().await?;
        agents::set_directory(&mut write, session.agent.id, cut(path, MAX_PATH)).await?;
        Ok(write.commit().await?)
    }

    /// Notes the stage that the agent has reached.
    ///
    /// # Errors
    /// A word that is no stage.
    pub async fn set_lifecycle(&self, session: &AgentSession, word: &str, at: Moment) -> Result<()> {
        let lifecycle = Lifecycle::parse(word)
            .ok_or_else(|| Error::bad_request("The agent reported an unknown stage.", ""))?;
        let mut write = self.database.write().await?;
        agents::set_lifecycle(&mut write, session.agent.id, lifecycle, at, self.clock.now()).await?;
        Ok(write.commit().await?)
    }

    /// Notes whether an app is well. What is said about an older build, or an app that the template has not, is dropped.
    ///
    /// # Errors
    /// A word that is no health.
    pub async fn set_app_health(
        &self,
        session: &AgentSession,
        build: BuildId,
        slug: &str,
        word: &str,
    ) -> Result<()> {
        let health = AppHealth::parse(word)
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

    /// Keeps what became of a delivery, instead of the report before it. One about an older build is dropped.
    ///
    /// # Errors
    /// When the database fails.
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
                secret: cut(&warning.secret, MAX_WARNING).to_owned(),
                message: cut(&warning.message, MAX_WARNING).to_owned(),
            })
            .collect();
        // Most often there is nothing to say, and there was nothing before.
        let told = agent_warnings::list(&mut self.database.read().await?, session.agent.id).await?;
        if warnings.is_empty() && told.is_empty() {
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

fn cut(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or_default()
}
