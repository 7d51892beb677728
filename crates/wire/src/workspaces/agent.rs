//! A workspace agent over REST.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Sensitive, Time};

/// A workspace agent.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WorkspaceAgent {
    /// Stays the same for the workspace's life.
    pub id: Uuid,
    /// The name that the template gives it; `main` by default.
    pub name: String,
    /// `connecting`, `connected`, `disconnected` or `timeout`.
    pub status: String,
    /// `created`, `starting`, `start_timeout`, `start_error`, `ready`, `shutting_down`, `shutdown_timeout`,
    /// `shutdown_error` or `off`.
    pub lifecycle_state: String,
    /// `blocking` if sessions wait for a startup script, else `non-blocking`.
    pub startup_script_behavior: String,
    /// Such as `linux`; empty until the agent has connected.
    pub operating_system: String,
    /// Such as `amd64`; empty until the agent has connected.
    pub architecture: String,
    /// The agent's version; empty until it has connected.
    pub version: String,
    /// The version of the agent protocol.
    pub api_version: String,
    /// The directory that sessions start in, as the template has it; empty for the home directory.
    pub directory: String,
    /// The same as an absolute path; empty until the agent has connected.
    pub expanded_directory: String,
    /// The template's variables, not expanded. Never contains secrets.
    pub environment_variables: std::collections::BTreeMap<String, String>,
    /// In the order of the template.
    pub apps: Vec<WorkspaceApp>,
    /// In the order of the template.
    pub scripts: Vec<WorkspaceAgentScript>,
    /// The sources of its log lines: the agent itself, then the scripts.
    pub log_sources: Vec<LogSource>,
    /// Bytes of log lines stored for this build; at most 1 MiB.
    pub logs_length: i64,
    /// Whether lines were dropped over that limit.
    pub logs_overflowed: bool,
    /// Whether the agent is healthy.
    pub health: WorkspaceAgentHealth,
    /// Warnings about the latest delivery of secrets.
    pub warnings: Vec<SecretWarning>,
    /// Seconds until the status of an agent that has not connected becomes `timeout`.
    pub connection_timeout_seconds: u64,
    /// Always `ssh_helper`.
    pub display_apps: Vec<String>,
    /// Always empty.
    pub subsystems: Vec<String>,
    /// Always empty.
    pub troubleshooting_url: String,
    /// Creation time of the agent, in the workspace's first start build.
    pub created_at: Time,
    /// Time of the first connection in this build; absent before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_connected_at: Option<Time>,
    /// Time of the latest sign of life; absent before the first connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_connected_at: Option<Time>,
    /// Time when the connection ended; absent while connected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disconnected_at: Option<Time>,
    /// Time when the startup scripts began; absent before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Time>,
    /// Time when the startup scripts ended; absent before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready_at: Option<Time>,
}

/// A secret that was not delivered, or not everywhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SecretWarning {
    /// The secret's name.
    pub secret: String,
    /// What happened and how to fix it. Never contains the value.
    pub message: String,
}

/// Health of an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorkspaceAgentHealth {
    /// False while disconnected, late to connect or shutting down, and after a startup script failed or timed out.
    pub healthy: bool,
    /// Why it is unhealthy; absent otherwise.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// An app of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorkspaceApp {
    /// Unique in the template.
    pub slug: String,
    /// The name for display.
    pub display_name: String,
    /// Path or URL of an image; may be empty.
    pub icon: String,
    /// The command that runs in a terminal session; empty when the app has a URL.
    pub command: String,
    /// The URL in the workspace that the server proxies; empty when the app has a command.
    pub url: String,
    /// Always `owner`: only the workspace's owner can open it.
    pub sharing_level: String,
    /// Whether it has a host name of its own.
    pub subdomain: bool,
    /// That host name's first label; empty without one.
    pub subdomain_name: String,
    /// How the agent checks the app.
    pub healthcheck: Healthcheck,
    /// `disabled`, `initializing`, `healthy` or `unhealthy`.
    pub health: String,
}

/// How the agent checks an app: it requests a URL, and a status below 500 is healthy.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Healthcheck {
    /// The URL in the workspace; empty when no healthcheck is configured.
    pub url: String,
    /// Seconds between two probes.
    pub interval: u64,
    /// Failed probes in a row that make the app unhealthy.
    pub threshold: u32,
}

/// A script of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorkspaceAgentScript {
    /// The source of its output in the agent's log.
    pub log_source_id: Uuid,
    /// The name for display.
    pub display_name: String,
    /// Whether it is a startup script.
    pub run_on_start: bool,
    /// Whether it is a shutdown script.
    pub run_on_stop: bool,
    /// Whether sessions wait until it has ended.
    pub start_blocks_login: bool,
    /// Seconds after which it is killed; 0 for never.
    pub timeout: u64,
}

/// A source of log lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LogSource {
    /// The `source_id` of its lines.
    pub id: Uuid,
    /// The agent that reports it.
    pub workspace_agent_id: Uuid,
    /// The name for display: the script's, or the agent's own.
    pub display_name: String,
}

/// A line of an agent's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AgentLog {
    /// Ascending, with gaps: the `after` parameter of the next request.
    pub id: i64,
    /// Time when the agent read the line.
    pub created_at: Time,
    /// `info`, `warn` or `error`.
    pub level: String,
    /// The text, at most 8 KiB.
    pub output: String,
    /// A log source of the agent.
    pub source_id: Uuid,
}

/// Response of `GET /api/v2/workspaces/{workspace}/external-agent/{agent}/credentials`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ExternalAgentCredentials {
    /// The command that starts the agent on the owner's machine.
    pub command: String,
    /// The agent's token, valid for the workspace's life.
    pub agent_token: Sensitive,
}

/// Response of `POST /api/v2/workspaceagents/{agent}/pty-ticket`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TerminalTicket {
    /// For the `ticket` parameter of `GET /api/v2/workspaceagents/{agent}/pty`.
    pub ticket: Sensitive,
    /// The ticket is valid until then, for one use.
    pub expires_at: Time,
}

/// A message of a terminal's client, in a text or binary WebSocket message. Every field is optional.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct TerminalMessage {
    /// Input as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Sensitive>,
    /// Input that is not UTF-8, in base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<Sensitive>,
    /// The window's new width, in columns; with `height`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u16>,
    /// The window's new height, in rows; with `width`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u16>,
    /// Bytes of output rendered since the last message with this field, from a client that connected with `flow`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<u32>,
}
