//! Log lines of scripts and agents.

use coder_model::{AgentId, LogSourceId, Moment, log::AgentLogLine, workspace::LogLevel};
use coder_store::{agent_logs, agents};
use uuid::Uuid;

use super::{AgentSession, truncate};
use crate::{Caller, Control, Error, Result};

/// Lines per response.
const MAX_LINES: i64 = 1000;
/// Longer lines are truncated.
const MAX_LINE_BYTES: usize = 8 * 1024;
/// For the log of each build; later lines are dropped.
const MAX_TOTAL_BYTES: i64 = 1024 * 1024;

/// A line as an agent sends it.
#[derive(Debug, Clone)]
pub struct NewLine {
    /// When the agent read it.
    pub at: Moment,
    /// A `LogLevel`; unknown ones count as `info`.
    pub level: String,
    pub output: String,
}

impl Control {
    /// Stores a batch of lines once, however often it is sent: `run` and `batch` identify it. Of a build, one
    /// mebibyte is stored; after that only the fact that lines were dropped. For the agent.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a batch number that is too large; [`Error::NotFound`] when the agent was deleted.
    pub async fn store_agent_logs(
        &self,
        session: &AgentSession,
        run: Uuid,
        batch: u64,
        source: LogSourceId,
        lines: Vec<NewLine>,
    ) -> Result<()> {
        let batch =
            i64::try_from(batch).map_err(|_| Error::bad_request("The batch number is too large.", ""))?;
        let mut write = self.database.write().await?;
        if !agent_logs::register_batch(&mut write, session.agent.id, run, batch).await? {
            return Ok(());
        }
        let agent = agents::find(&mut write, session.agent.id).await?.ok_or(Error::NotFound)?;
        let sources = agent_logs::sources(&mut write, agent.build).await?;
        if sources.iter().any(|known| known.id == source) {
            let (mut length, mut overflowed) = agent_logs::length(&mut write, agent.id).await?;
            let mut stored = Vec::with_capacity(lines.len());
            for line in lines {
                let output = truncate(&line.output, MAX_LINE_BYTES).replace('\0', "\u{fffd}");
                let bytes = i64::try_from(output.len()).unwrap_or(i64::MAX);
                if length.saturating_add(bytes) > MAX_TOTAL_BYTES {
                    overflowed = true;
                    break;
                }
                length += bytes;
                let level = LogLevel::parse(&line.level).unwrap_or(LogLevel::Info);
                stored.push(AgentLogLine { id: 0, source, created_at: line.at, level, output });
            }
            agent_logs::insert(&mut write, agent.id, agent.build, &stored).await?;
            agent_logs::set_length(&mut write, agent.id, length, overflowed).await?;
        }
        // Lines of an earlier build are dropped, and the batch counts as stored.
        Ok(write.commit().await?)
    }

    /// Up to 1000 lines of the agent's current build after the line `after`, in order. For the workspace's owner and
    /// owners of the deployment.
    ///
    /// # Errors
    /// As [`Control::find_agent`].
    pub async fn list_agent_logs(&self, caller: &Caller, id: AgentId, after: i64) -> Result<Vec<AgentLogLine>> {
        let view = self.find_agent(caller, id).await?;
        let mut read = self.database.read().await?;
        Ok(agent_logs::list(&mut read, id, view.agent.build, after, MAX_LINES).await?)
    }
}
