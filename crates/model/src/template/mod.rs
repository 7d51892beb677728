//! Templates, and the definition in `template.toml`.

mod app;
mod details;
mod parse;
mod provisioner;
mod toml_reader;

use std::{fmt, time::Duration};

pub use app::{App, AppHealth, AppTarget, AppUrl, HealthCheck};
pub use details::{TemplateDetails, TemplateVersionDetails};
pub use parse::MAX_BYTES;
pub use provisioner::ProvisionerKind;

use crate::{FileId, Moment, TemplateId, TemplateVersionId, UserId, workspace::ResourceName};

/// A template as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Stays the same for the template's life.
    pub id: TemplateId,
    /// Unique among templates that are not deleted.
    pub name: ResourceName,
    /// The name for display; may be empty.
    pub display_name: String,
    /// May be empty.
    pub description: String,
    /// Path or URL of an image; may be empty.
    pub icon: String,
    /// The version that new workspaces, and starts that name no version, use.
    pub active_version: TemplateVersionId,
    /// The user who created it.
    pub created_by: UserId,
    /// Creation time.
    pub created_at: Moment,
    /// Time of the last change, such as of the active version.
    pub updated_at: Moment,
}

/// A version of a template. Versions do not change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateVersion {
    /// Identifies the version in build requests.
    pub id: TemplateVersionId,
    /// `None` until a template is created from the version.
    pub template: Option<TemplateId>,
    /// As requested, or generated.
    pub name: String,
    /// The uploaded archive.
    pub file: FileId,
    /// The user who pushed it.
    pub created_by: UserId,
    /// Time of the push.
    pub created_at: Moment,
}

/// A parsed `template.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// `[agent]`.
    pub agent: AgentSettings,
    /// `[[env]]`, in file order: variables that override `[agent] env` and are overridden by user secrets.
    pub env: Vec<(String, String)>,
    /// `[[script]]`, in file order.
    pub scripts: Vec<Script>,
    /// `[[app]]`, in file order.
    pub apps: Vec<App>,
    /// `[process]` or `[external]`.
    pub provisioner: ProvisionerKind,
}

/// `[agent]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentSettings {
    /// The agent's name; `main` by default.
    pub name: String,
    /// The directory that sessions and scripts start in; the home directory by default.
    pub dir: Option<String>,
    /// Variables, in file order. The agent expands `$VAR` and `${VAR}` in values.
    pub env: Vec<(String, String)>,
    /// Time after which an agent that has not connected counts as timed out.
    pub connection_timeout: Duration,
}

/// `[[script]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// The name for display.
    pub display_name: String,
    /// The text, run by the interpreter in its `#!` line or by the user's shell.
    pub script: String,
    /// Whether it is a startup script.
    pub run_on_start: bool,
    /// Whether it is a shutdown script.
    pub run_on_stop: bool,
    /// Whether sessions wait until it has ended.
    pub start_blocks_login: bool,
    /// Time after which it is killed and counts as timed out; `None` for never.
    pub timeout: Option<Duration>,
}

/// An error in a `template.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateError {
    /// From 1.
    pub line: usize,
    /// The key, as a path such as `script[0].timeout`; empty for the whole file.
    pub key: String,
    /// What is wrong, and what is allowed.
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
