//! What builds say.

use coder_model::{BuildId, log::BuildLogLine, workspace::LogLevel};
use coder_store::build_logs;

use crate::{Caller, Control, Result};

/// Lines in one answer.
const PAGE: i64 = 1000;
/// The longest line that is kept, in bytes.
const MAX_LINE: usize = 8 * 1024;

impl Control {
    /// Lines of a build after the line `after`, in order; at most a thousand.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`].
    pub async fn list_build_logs(&self, caller: &Caller, id: BuildId, after: i64) -> Result<Vec<BuildLogLine>> {
        self.find_build(caller, id).await?;
        Ok(build_logs::list(&mut self.database.read().await?, id, after, PAGE).await?)
    }

    /// Adds a line to a build's log.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn log_build(&self, id: BuildId, level: LogLevel, stage: &str, output: &str) -> Result<()> {
        let end = output.floor_char_boundary(MAX_LINE);
        let line = BuildLogLine {
            id: 0,
            created_at: self.clock.now(),
            level,
            stage: stage.to_owned(),
            output: output.get(..end).unwrap_or_default().to_owned(),
        };
        let mut write = self.database.write().await?;
        build_logs::insert(&mut write, id, &line).await?;
        Ok(write.commit().await?)
    }
}
