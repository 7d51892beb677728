//! Workspaces, their builds and their agents over REST.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Sensitive, Time};

/// Body of `POST /api/v2/users/{user}/workspaces`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct CreateWorkspaceRequest {
    /// Unique among the owner's workspaces.
    #[serde(default)]
    pub name: String,
    /// The template; either this or a version of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template_id: Option<Uuid>,
    /// A version of a template, instead of its active one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template_version_id: Option<Uuid>,
}

/// A workspace.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Workspace {
    /// The workspace.
    pub id: Uuid,
    /// Unique among the owner's workspaces.
    pub name: String,
    /// Whose it is.
    pub owner_id: Uuid,
    /// Their username.
    pub owner_name: String,
    /// The one organisation.
    pub organization_id: Uuid,
    /// Its name.
    pub organization_name: String,
    /// The template.
    pub template_id: Uuid,
    /// Its name.
    pub template_name: String,
    /// Its name as shown to people.
    pub template_display_name: String,
    /// Its picture.
    pub template_icon: String,
    /// The template's active version.
    pub template_active_version_id: Uuid,
    /// The latest build.
    pub latest_build: WorkspaceBuild,
    /// Whether the latest build used an older version of the template than the active one.
    pub outdated: bool,
    /// Whether every agent is well.
    pub health: WorkspaceHealth,
    /// When it starts by itself: `CRON_TZ=Europe/Berlin 30 9 * * 1-5`.
    pub autostart_schedule: Option<String>,
    /// How long it runs before it is stopped, in milliseconds.
    pub ttl_ms: Option<i64>,
    /// When it starts by itself next.
    pub next_start_at: Option<Time>,
    /// Since when it is put aside.
    pub dormant_at: Option<Time>,
    /// Whether its owner wants it first in lists.
    pub favorite: bool,
    /// `never`: a start uses the template's active version, and nothing starts by itself.
    pub automatic_updates: String,
    /// Always true.
    pub allow_renames: bool,
    /// When somebody last used it.
    pub last_used_at: Time,
    /// When it was made.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
}

/// Whether a workspace is well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorkspaceHealth {
    /// Every agent is.
    pub healthy: bool,
    /// The agents that are not.
    pub failing_agents: Vec<Uuid>,
}

/// A page of workspaces.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WorkspacesResponse {
    /// The page.
    pub workspaces: Vec<Workspace>,
    /// How many match in all.
    pub count: i64,
}

/// Body of `POST /api/v2/workspaces/{workspace}/builds`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct CreateWorkspaceBuildRequest {
    /// `start`, `stop` or `delete`.
    #[serde(default)]
    pub transition: String,
    /// The template version; for a start the active one when absent, else the last used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template_version_id: Option<Uuid>,
    /// Deletes the workspace without touching its computer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub orphan: bool,
}

/// Body of `PUT /api/v2/workspaces/{workspace}/autostart`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct UpdateWorkspaceAutostartRequest {
    /// A weekly schedule; never when absent or empty.
    #[serde(default)]
    pub schedule: Option<String>,
}

/// Body of `PUT /api/v2/workspaces/{workspace}/ttl`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct UpdateWorkspaceTtlRequest {
    /// Milliseconds, a minute to 30 days; for ever when absent or zero.
    #[serde(default)]
    pub ttl_ms: Option<i64>,
}

/// Body of `PUT /api/v2/workspaces/{workspace}/extend`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PutExtendWorkspaceRequest {
    /// At least 30 minutes from now.
    pub deadline: Time,
}

/// Body of `PUT /api/v2/workspaces/{workspace}/dormant`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct UpdateWorkspaceDormancy {
    /// Whether it is put aside.
    #[serde(default)]
    pub dormant: bool,
}

/// A message of `GET /api/v2/workspaces/{workspace}/watch-ws`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WorkspaceEvent {
    /// `data`.
    pub r#type: String,
    /// The workspace as it is now.
    pub data: Workspace,
}

/// Body of `PATCH /api/v2/workspaces/{workspace}`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct UpdateWorkspaceRequest {
    /// The new name.
    #[serde(default)]
    pub name: String,
}

/// One transition of a workspace.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WorkspaceBuild {
    /// The build.
    pub id: Uuid,
    /// Counts from 1 for each workspace.
    pub build_number: i64,
    /// The workspace.
    pub workspace_id: Uuid,
    /// Its name.
    pub workspace_name: String,
    /// Its owner.
    pub workspace_owner_id: Uuid,
    /// Their username.
    pub workspace_owner_name: String,
    /// What it is built from.
    pub template_version_id: Uuid,
    /// The version's name.
    pub template_version_name: String,
    /// `start`, `stop` or `delete`.
    pub transition: String,
    /// Who asked for it.
    pub initiator_id: Uuid,
    /// Their username.
    pub initiator_name: String,
    /// `initiator`, `autostart`, `autostop` or `dormancy`.
    pub reason: String,
    /// When the workspace is stopped by itself.
    pub deadline: Option<Time>,
    /// How far its work has come.
    pub job: ProvisionerJob,
    /// The computers of the workspace: one.
    pub resources: Vec<WorkspaceResource>,
    /// Transition and job in one word.
    pub status: String,
    /// When it was asked for.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
}

/// How far work has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProvisionerJob {
    /// The job.
    pub id: Uuid,
    /// `pending`, `running`, `succeeded`, `canceling`, `canceled` or `failed`.
    pub status: String,
    /// What went wrong; absent otherwise.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub error: String,
    /// When it was asked for.
    pub created_at: Time,
    /// When work began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Time>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Time>,
}

/// A computer of a workspace.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WorkspaceResource {
    /// The resource.
    pub id: Uuid,
    /// The build it belongs to.
    pub job_id: Uuid,
    /// The workspace's name.
    pub name: String,
    /// `process` or `external`.
    pub r#type: String,
    /// The build's transition.
    pub workspace_transition: String,
    /// What runs on it.
    pub agents: Vec<WorkspaceAgent>,
}

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
    /// Is proxied; empty when there is a command.
    pub url: String,
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

/// A line of a build's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BuildLog {
    /// Counts up.
    pub id: i64,
    /// When it was written.
    pub created_at: Time,
    /// `provisioner`.
    pub log_source: String,
    /// `info`, `warn`, `error`.
    pub log_level: String,
    /// The part of the work.
    pub stage: String,
    /// The text.
    pub output: String,
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
