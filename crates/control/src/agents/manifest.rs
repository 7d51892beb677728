//! What an agent is told: its workspace, its template, and its owner's secrets.

use coder_model::{
    LogSourceId,
    template::Definition,
    workspace::{DeliveryRecord, WorkspaceWithBuild},
};
use coder_store::{
    agent_deliveries, agent_logs,
    agent_warnings::{self, Reporter},
    agents, builds,
};

use super::AgentSession;
use crate::{Control, Error, Result, secrets::DecryptedSecret, workspaces::parse_definition};

/// What an agent is told.
pub struct Manifest {
    /// The workspace, and the start build that the manifest belongs to.
    pub overview: WorkspaceWithBuild,
    /// The template of that build.
    pub definition: Definition,
    /// The agent's own place for log lines, then each script's, in file order.
    pub log_sources: Vec<LogSourceId>,
    /// The owner's secrets, by name.
    pub secrets: Vec<DecryptedSecret>,
}

impl Control {
    /// Assembles the manifest. A secret that does not open becomes a warning; the others still go out.
    ///
    /// # Errors
    /// When the agent is gone, or the database fails.
    pub async fn manifest(&self, session: &AgentSession) -> Result<Manifest> {
        let mut read = self.database.read().await?;
        let agent = agents::find(&mut read, session.agent.id).await?.ok_or(Error::NotFound)?;
        let overview = builds::find(&mut read, agent.build).await?.ok_or(Error::NotFound)?;
        let sources = agent_logs::sources(&mut read, agent.build).await?;
        drop(read);
        let definition = parse_definition(&overview.definition)?;
        let delivery = self.open_deliverable(session.owner()).await?;
        // Most often there is nothing to say, and there was nothing before.
        let mut read = self.database.read().await?;
        let told = agent_warnings::list(&mut read, agent.id).await?;
        let earlier = agent_deliveries::list(&mut read, agent.id).await?;
        drop(read);
        let delivered: Vec<DeliveryRecord> = delivery.secrets.iter().map(delivered).collect();
        if !(delivery.warnings.is_empty() && told.is_empty() && delivered == earlier) {
            let mut write = self.database.write().await?;
            agent_warnings::replace(&mut write, agent.id, Reporter::Server, &delivery.warnings).await?;
            agent_deliveries::replace(&mut write, agent.id, &delivered).await?;
            write.commit().await?;
        }
        Ok(Manifest {
            overview,
            definition,
            log_sources: sources.into_iter().map(|source| source.id).collect(),
            secrets: delivery.secrets,
        })
    }
}

/// What is remembered of a secret that goes out.
fn delivered(secret: &DecryptedSecret) -> DeliveryRecord {
    DeliveryRecord {
        id: secret.id,
        name: secret.name.to_string(),
        env_name: secret.env_name.as_ref().map(ToString::to_string),
        file_path: secret.file_path.as_ref().map(ToString::to_string),
        value_revision: secret.value_revision,
    }
}
