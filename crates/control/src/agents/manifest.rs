//! The manifest of an agent: its workspace, its template, and its owner's secrets.

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

pub struct Manifest {
    /// The workspace, and the start build that the manifest belongs to.
    pub overview: WorkspaceWithBuild,
    /// The template version of that build.
    pub definition: Definition,
    /// The agent's own log source, then that of each script, in file order.
    pub log_sources: Vec<LogSourceId>,
    /// The owner's secrets, by name.
    pub secrets: Vec<DecryptedSecret>,
}

impl Control {
    /// Assembles the manifest, and records what it delivers. A secret that cannot be decrypted becomes a warning; the
    /// others are delivered. For the agent.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the agent was deleted.
    pub async fn manifest(&self, session: &AgentSession) -> Result<Manifest> {
        let mut read = self.database.read().await?;
        let agent = agents::find(&mut read, session.agent.id).await?.ok_or(Error::NotFound)?;
        let overview = builds::find(&mut read, agent.build).await?.ok_or(Error::NotFound)?;
        let sources = agent_logs::sources(&mut read, agent.build).await?;
        drop(read);
        let definition = parse_definition(&overview.definition)?;
        let delivery = self.decrypt_secrets(session.owner()).await?;
        // Usually nothing changed since the last manifest, and nothing needs to be written.
        let mut read = self.database.read().await?;
        let old_warnings = agent_warnings::list(&mut read, agent.id).await?;
        let old_delivered = agent_deliveries::list(&mut read, agent.id).await?;
        drop(read);
        let delivered: Vec<DeliveryRecord> = delivery.secrets.iter().map(delivery_record).collect();
        if !(delivery.warnings.is_empty() && old_warnings.is_empty() && delivered == old_delivered) {
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

fn delivery_record(secret: &DecryptedSecret) -> DeliveryRecord {
    DeliveryRecord {
        id: secret.id,
        name: secret.name.to_string(),
        env_name: secret.env_name.as_ref().map(ToString::to_string),
        file_path: secret.file_path.as_ref().map(ToString::to_string),
        value_revision: secret.value_revision,
    }
}
