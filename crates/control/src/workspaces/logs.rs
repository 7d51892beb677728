//! Log lines of builds.

use coder_model::{BuildId, log::BuildLogLine, workspace::LogLevel};
use coder_store::build_logs;

use crate::{Caller, Control, Result};

/// Lines per response.
const MAX_LINES: i64 = 1000;
/// Longer lines are truncated.
const MAX_LINE_BYTES: usize = 8 * 1024;

impl Control {
    /// Up to 1000 lines of a build's log after the line `after`, in order. For the workspace's owner and owners of
    /// the deployment.
    ///
    /// # Errors
    /// As [`Control::find_build`].
    pub async fn list_build_logs(&self, caller: &Caller, id: BuildId, after: i64) -> Result<Vec<BuildLogLine>> {
        self.find_build(caller, id).await?;
        Ok(build_logs::list(&mut self.database.read().await?, id, after, MAX_LINES).await?)
    }

    /// Adds a line to a build's log. For the server's build worker.
    pub async fn log_build(&self, id: BuildId, level: LogLevel, stage: &str, output: &str) -> Result<()> {
        let end = output.floor_char_boundary(MAX_LINE_BYTES);
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
