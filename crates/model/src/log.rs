//! Lines of the logs of builds and agents.

use crate::{LogSourceId, Moment, workspace::LogLevel};

/// A line of a build's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildLogLine {
    /// Ascending over all lines of the table; 0 before it is stored.
    pub id: i64,
    /// The server's time when it wrote the line.
    pub created_at: Moment,
    /// Severity.
    pub level: LogLevel,
    /// The step of the build.
    pub stage: String,
    /// The text, without line end.
    pub output: String,
}

/// A source of agent log lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogSource {
    /// Refers to it in each line.
    pub id: LogSourceId,
    /// The script's index in the template, from 0; -1 for the agent itself.
    pub position: i64,
    /// The name for display.
    pub display_name: String,
}

/// A line of an agent's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentLogLine {
    /// Ascending over all lines of the table; 0 before it is stored.
    pub id: i64,
    /// A script or the agent itself.
    pub source: LogSourceId,
    /// The agent's time when it read the line.
    pub created_at: Moment,
    /// Severity.
    pub level: LogLevel,
    /// The text, without line end.
    pub output: String,
}
