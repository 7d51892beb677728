//! A template: what `template.toml` says a workspace is made of.

mod app;
mod details;
mod parse;
mod toml_reader;

use std::{fmt, time::Duration};

pub use app::{App, AppHealth, AppTarget, AppUrl, HealthCheck};
pub use details::{TemplateDetails, TemplateVersionDetails};
pub use parse::MAX_BYTES;

use crate::{FileId, Moment, TemplateId, TemplateVersionId, UserId, workspace::ResourceName};

/// A template as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// The template.
    pub id: TemplateId,
    /// Unique among templates that are not deleted.
    pub name: ResourceName,
    /// The name shown to people; may be empty.
    pub display_name: String,
    /// Free text.
    pub description: String,
    /// A path or URL of a picture; may be empty.
    pub icon: String,
    /// What new builds are made from.
    pub active_version: TemplateVersionId,
    /// Who made it.
    pub created_by: UserId,
    /// When it was made.
    pub created_at: Moment,
    /// When it was last changed.
    pub updated_at: Moment,
}

/// One pushed state of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateVersion {
    /// The version.
    pub id: TemplateVersionId,
    /// The template, once the version belongs to one.
    pub template: Option<TemplateId>,
    /// Its name.
    pub name: String,
    /// The archive it was pushed as.
    pub file: FileId,
    /// Who pushed it.
    pub created_by: UserId,
    /// When it was pushed.
    pub created_at: Moment,
}

/// What a `template.toml` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// The agent's settings.
    pub agent: AgentSettings,
    /// `[[env]]`, in file order: variables that beat `[agent] env` and lose to user secrets.
    pub env: Vec<(String, String)>,
    /// `[[script]]`, in file order.
    pub scripts: Vec<Script>,
    /// `[[app]]`, in file order.
    pub apps: Vec<App>,
    /// What the agent runs on.
    pub provisioner: Provisioner,
}

/// `[agent]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentSettings {
    /// Name within the workspace; `main` when not given.
    pub name: String,
    /// The folder that sessions and scripts start in; the home directory when not given.
    pub dir: Option<String>,
    /// Variables, in file order, `$VAR` and `${VAR}` expanded by the agent.
    pub env: Vec<(String, String)>,
    /// How long the agent may take to connect.
    pub connection_timeout: Duration,
}

/// `[[script]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// The name shown with its output.
    pub display_name: String,
    /// The text, run by the shell that its `#!` line names or by the user's shell.
    pub script: String,
    /// Run when the workspace starts.
    pub run_on_start: bool,
    /// Run when the workspace stops.
    pub run_on_stop: bool,
    /// Sessions wait until it is done.
    pub start_blocks_login: bool,
    /// After this long it is ended and counts as timed out; none means never.
    pub timeout: Option<Duration>,
}

/// What the agent runs on: exactly one of `[process]` and `[external]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provisioner {
    /// A child process on the server's own machine.
    Process,
    /// Any machine whose owner starts the agent there.
    External,
}

impl Provisioner {
    /// The word for it, as in `template.toml`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Process => "process",
            Self::External => "external",
        }
    }
}

/// One thing that is wrong with a `template.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateError {
    /// Where, from 1.
    pub line: usize,
    /// The key, as a path such as `script[0].timeout`; empty for the whole file.
    pub key: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "template.toml:{}: ", self.line)?;
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        f.write_str(&self.message)
    }
}

#[cfg(test)]
mod tests;
