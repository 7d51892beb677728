//! Lines of logs as pages show them.

use coder_control::AgentView;
use coder_model::{
    log::{AgentLogLine, BuildLogLine},
    workspace::LogLevel,
};

#[derive(Debug, Clone)]
pub struct Line {
    /// The stage of the build, or the script.
    pub source: String,
    /// `level-warn`, `level-error`, or empty.
    pub class: &'static str,
    /// The text without ANSI escape sequences.
    pub text: String,
}

fn line(source: &str, level: LogLevel, text: &str) -> Line {
    let class = match level {
        LogLevel::Warn => "level-warn",
        LogLevel::Error => "level-error",
        LogLevel::Trace | LogLevel::Debug | LogLevel::Info => "",
    };
    Line { source: source.to_owned(), class, text: anstream::adapter::strip_str(text).to_string() }
}

pub fn of_build(lines: &[BuildLogLine]) -> Vec<Line> {
    lines.iter().map(|entry| line(&entry.stage, entry.level, &entry.output)).collect()
}

pub fn of_agent(view: &AgentView, lines: &[AgentLogLine]) -> Vec<Line> {
    let source = |entry: &AgentLogLine| view.log_sources.iter().find(|source| source.id == entry.source);
    lines
        .iter()
        .map(|entry| line(source(entry).map_or("", |source| &source.display_name), entry.level, &entry.output))
        .collect()
}
