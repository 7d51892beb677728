//! Lines of logs as they are shown.

use coder_control::AgentView;
use coder_model::{
    log::{AgentLogLine, BuildLogLine},
    workspace::LogLevel,
};

/// A line.
#[derive(Debug, Clone)]
pub struct Line {
    /// What it comes from: a stage of the build, a script.
    pub source: String,
    /// `level-warn`, `level-error`, or nothing.
    pub class: &'static str,
    /// The text, without what colours a terminal.
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

/// Lines of a build.
pub fn of_build(lines: &[BuildLogLine]) -> Vec<Line> {
    lines.iter().map(|one| line(&one.stage, one.level, &one.output)).collect()
}

/// Lines of an agent and its scripts.
pub fn of_agent(view: &AgentView, lines: &[AgentLogLine]) -> Vec<Line> {
    let source = |one: &AgentLogLine| view.log_sources.iter().find(|source| source.id == one.source);
    lines
        .iter()
        .map(|one| line(source(one).map_or("", |source| &source.display_name), one.level, &one.output))
        .collect()
}
