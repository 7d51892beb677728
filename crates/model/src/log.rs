//! Lines of the logs of builds and agents.

use crate::{LogSourceId, Moment, workspace::LogLevel};

/// A line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildLogLine {
    /// Counts up over all lines; 0 for one that is not stored yet.
    pub id: i64,
    /// When it was written.
    pub created_at: Moment,
    /// How grave it is.
    pub level: LogLevel,
    /// The part of the work.
    pub stage: String,
    /// The text.
    pub output: String,
}

/// Where lines come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogSource {
    /// The source.
    pub id: LogSourceId,
    /// Of the script in the template, from 0; -1 is the agent itself.
    pub position: i64,
    /// The name shown with its lines.
    pub display_name: String,
}

/// A line of output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentLogLine {
    /// Counts up over all lines; 0 for one that is not stored yet.
    pub id: i64,
    /// Where it comes from.
    pub source: LogSourceId,
    /// When the agent read it.
    pub created_at: Moment,
    /// How grave it is.
    pub level: LogLevel,
    /// The text, without its line end.
    pub output: String,
}
