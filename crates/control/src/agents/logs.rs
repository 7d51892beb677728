//! Output of scripts and agents.

use coder_model::{AgentId, LogSourceId, Moment, log::AgentLogLine, workspace::LogLevel};
use coder_store::{agent_logs, agents};
use uuid::Uuid;

use super::AgentSession;
use crate::{Caller, Control, Error, Result};

/// Lines in one answer.
const PAGE: i64 = 1000;
/// The longest line that is kept, in bytes.
const MAX_LINE: usize = 8 * 1024;
/// The most that is kept of one build, in bytes.
const MAX_TOTAL: i64 = 1024 * 1024;

/// A line as an agent sends it.
#[derive(Debug, Clone)]
pub struct NewLine {
    /// When it was read.
    pub at: Moment,
    /// A `LogLevel` word; an unknown one counts as `info`.
    pub level: String,
    /// The text.
    pub output: String,
}

impl Control {
    /// Stores a batch of lines, once however often it is sent. Past a mebibyte a build's lines are dropped, and that
    /// is noted.
    ///
    /// # Errors
    /// A place for lines that is not the agent's.
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
            let mut kept = Vec::with_capacity(lines.len());
            for line in lines {
                let end = line.output.floor_char_boundary(MAX_LINE);
                let output = line.output.get(..end).unwrap_or_default().replace('\0', "\u{fffd}");
                let bytes = i64::try_from(output.len()).unwrap_or(i64::MAX);
                if length.saturating_add(bytes) > MAX_TOTAL {
                    overflowed = true;
                    break;
                }
                length += bytes;
                let level = LogLevel::parse(&line.level).unwrap_or(LogLevel::Info);
                kept.push(AgentLogLine { id: 0, source, created_at: line.at, level, output });
            }
            agent_logs::insert(&mut write, agent.id, agent.build, &kept).await?;
            agent_logs::set_length(&mut write, agent.id, length, overflowed).await?;
        }
        // Lines of an earlier build have no place any more: the batch counts as stored.
        Ok(write.commit().await?)
    }

    /// Lines of the agent's current build after the line `after`, in order; at most a thousand.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn list_agent_logs(&self, caller: &Caller, id: AgentId, after: i64) -> Result<Vec<AgentLogLine>> {
        let view = self.find_agent(caller, id).await?;
        let mut read = self.database.read().await?;
        Ok(agent_logs::list(&mut read, id, view.agent.build, after, PAGE).await?)
    }
}
