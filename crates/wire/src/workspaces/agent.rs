//! A workspace agent as people see it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Sensitive, Time};

/// A workspace agent.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WorkspaceAgent {
    /// The agent.
    pub id: Uuid,
    /// Its name within the workspace.
    pub name: String,
    /// `connecting`, `connected`, `disconnected` or `timeout`.
    pub status: String,
    /// `created`, `starting`, `start_timeout`, `start_error`, `ready`, `shutting_down`, `shutdown_timeout`,
    /// `shutdown_error` or `off`.
    pub lifecycle_state: String,
    /// Whether a start script that shells wait for is part of the template.
    pub startup_script_behavior: String,
    /// `linux`; empty until it connected.
    pub operating_system: String,
    /// `amd64`; empty until it connected.
    pub architecture: String,
    /// Empty until it connected.
    pub version: String,
    /// The version of the protocol it speaks.
    pub api_version: String,
    /// The folder that sessions start in, as the template says.
    pub directory: String,
    /// The same with `~` and variables resolved; empty until the agent said.
    pub expanded_directory: String,
    /// The template's variables. Secrets are never among them.
    pub environment_variables: std::collections::BTreeMap<String, String>,
    /// The template's apps.
    pub apps: Vec<WorkspaceApp>,
    /// The template's scripts.
    pub scripts: Vec<WorkspaceAgentScript>,
    /// Where its log lines come from.
    pub log_sources: Vec<LogSource>,
    /// Bytes of log stored for this build.
    pub logs_length: i64,
    /// Whether lines were dropped because there were too many.
    pub logs_overflowed: bool,
    /// Whether it is well.
    pub health: WorkspaceAgentHealth,
    /// What the owner should know about the latest delivery of secrets.
    pub warnings: Vec<SecretWarning>,
    /// How long it may take to connect.
    pub connection_timeout_seconds: u64,
    /// Ways in that are offered: `ssh_helper`.
    pub display_apps: Vec<String>,
    /// Always empty.
    pub subsystems: Vec<String>,
    /// Empty.
    pub troubleshooting_url: String,
    /// When the workspace was made.
    pub created_at: Time,
    /// When it first connected in this build.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_connected_at: Option<Time>,
    /// When it was last heard of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_connected_at: Option<Time>,
    /// When it went away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disconnected_at: Option<Time>,
    /// When its start scripts began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Time>,
    /// When they were done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready_at: Option<Time>,
}

/// A secret that was not delivered as asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SecretWarning {
    /// The secret's name.
    pub secret: String,
    /// What happened and what to do.
    pub message: String,
}

/// Whether an agent is well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorkspaceAgentHealth {
    /// It is.
    pub healthy: bool,
    /// Why not.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// An app of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorkspaceApp {
    /// Unique in the template.
    pub slug: String,
    /// The name shown to people.
    pub display_name: String,
    /// A picture.
    pub icon: String,
    /// Runs in a terminal; empty when there is a URL.
    pub command: String,
    /// Is proxied; empty when there is a command. Seen from the workspace.
    pub url: String,
    /// Always `owner`: nobody else gets to it.
    pub sharing_level: String,
    /// Whether it has a host name of its own.
    pub subdomain: bool,
    /// That host name's first label; empty when it has none.
    pub subdomain_name: String,
    /// How it is told whether it is well.
    pub healthcheck: Healthcheck,
    /// `disabled`, `initializing`, `healthy` or `unhealthy`.
    pub health: String,
}

/// How it is told whether an app is well.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Healthcheck {
    /// What is asked for, seen from the workspace; empty when nobody looks.
    pub url: String,
    /// Seconds between two looks.
    pub interval: u64,
    /// How many bad answers in a row make an app unhealthy.
    pub threshold: u32,
}

/// A script of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorkspaceAgentScript {
    /// Where its output goes.
    pub log_source_id: Uuid,
    /// The name shown with its output.
    pub display_name: String,
    /// Run when the workspace starts.
    pub run_on_start: bool,
    /// Run when the workspace stops.
    pub run_on_stop: bool,
    /// Sessions wait until it is done.
    pub start_blocks_login: bool,
    /// Seconds after which it is ended; 0 means never.
    pub timeout: u64,
}

/// Where log lines come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LogSource {
    /// The source.
    pub id: Uuid,
    /// The agent.
    pub workspace_agent_id: Uuid,
    /// The name shown with its lines.
    pub display_name: String,
}

/// A line of an agent's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AgentLog {
    /// Counts up.
    pub id: i64,
    /// When it was read.
    pub created_at: Time,
    /// `info`, `warn`, `error`.
    pub level: String,
    /// The text.
    pub output: String,
    /// Where it comes from.
    pub source_id: Uuid,
}

/// Answer to `GET /api/v2/workspaces/{workspace}/external-agent/{agent}/credentials`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ExternalAgentCredentials {
    /// What to run on the machine.
    pub command: String,
    /// The agent's token.
    pub agent_token: Sensitive,
}

/// Answer to `POST /api/v2/workspaceagents/{agent}/pty-ticket`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TerminalTicket {
    /// For the `ticket` parameter of `GET /api/v2/workspaceagents/{agent}/pty`.
    pub ticket: Sensitive,
    /// Until when it is good.
    pub expires_at: Time,
}

/// What a client of a terminal sends, as text or as bytes of the same text. Everything in it is optional.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct TerminalMessage {
    /// What is typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Sensitive>,
    /// What is typed and is not text, in base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<Sensitive>,
    /// Characters in a line, when the window has another size now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u16>,
    /// Lines, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u16>,
    /// How many bytes of output were shown since the last time this was said, by a client that asked for `flow`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<u32>,
}
