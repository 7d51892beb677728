//! Builds over REST: transitions of a workspace, their jobs and logs.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::WorkspaceAgent;
use crate::Time;

/// Body of `POST /api/v2/workspaces/{workspace}/builds`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct CreateWorkspaceBuildRequest {
    /// `start`, `stop` or `delete`.
    #[serde(default)]
    pub transition: String,
    /// A version of the workspace's template; when absent, the active one for a start, else that of the latest build.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template_version_id: Option<Uuid>,
    /// Only for `delete`: deletes the workspace without stopping or deleting what it runs on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub orphan: bool,
}

/// A build: one transition of a workspace.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WorkspaceBuild {
    /// Also the id of its job.
    pub id: Uuid,
    /// Counts from 1 in each workspace.
    pub build_number: i64,
    /// The workspace that it starts, stops or deletes.
    pub workspace_id: Uuid,
    /// That workspace's name.
    pub workspace_name: String,
    /// That workspace's owner.
    pub workspace_owner_id: Uuid,
    /// The owner's username.
    pub workspace_owner_name: String,
    /// The template version that it uses.
    pub template_version_id: Uuid,
    /// That version's name.
    pub template_version_name: String,
    /// `start`, `stop` or `delete`.
    pub transition: String,
    /// The user who requested it; the workspace's owner for `autostart` and `autostop`.
    pub initiator_id: Uuid,
    /// That user's username.
    pub initiator_name: String,
    /// `initiator`, `autostart`, `autostop` or `dormancy`.
    pub reason: String,
    /// Time when the workspace stops automatically; null for never.
    pub deadline: Option<Time>,
    /// Always null: a deadline can be extended without limit.
    pub max_deadline: Option<Time>,
    /// Always 0: nothing is billed.
    pub daily_cost: i64,
    /// The job that carries out the transition.
    pub job: ProvisionerJob,
    /// Always one: what the workspace runs on.
    pub resources: Vec<WorkspaceResource>,
    /// The workspace's status, from transition and job: `pending`, `starting`, `running`, `stopping`, `stopped`, `failed`,
    /// `canceling`, `canceled`, `deleting` or `deleted`.
    pub status: String,
    /// Time of the request.
    pub created_at: Time,
    /// Time of the last change.
    pub updated_at: Time,
}

/// The job of a build or of a template version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProvisionerJob {
    /// The id of the build or template version.
    pub id: Uuid,
    /// `pending`, `running`, `succeeded`, `canceling`, `canceled` or `failed`.
    pub status: String,
    /// Why it failed; absent otherwise.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub error: String,
    /// `workspace_build` or `template_version_import`.
    pub r#type: String,
    /// The uploaded archive of the template version.
    pub file_id: Uuid,
    /// Time of the request.
    pub created_at: Time,
    /// Time when a server began the job; absent before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Time>,
    /// Time when it succeeded, failed or was canceled; absent before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Time>,
    /// Time when it was canceled; absent otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canceled_at: Option<Time>,
}

/// What a workspace runs on.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WorkspaceResource {
    /// The workspace's id.
    pub id: Uuid,
    /// The build's id.
    pub job_id: Uuid,
    /// The workspace's name.
    pub name: String,
    /// `process` or `external`.
    pub r#type: String,
    /// Always empty.
    pub icon: String,
    /// Always false.
    pub hide: bool,
    /// Always 0: nothing is billed.
    pub daily_cost: i64,
    /// The build's transition.
    pub workspace_transition: String,
    /// The workspace's agent while this is its latest start build; else empty.
    pub agents: Vec<WorkspaceAgent>,
}

/// A line of a build's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BuildLog {
    /// Ascending, with gaps: the `after` parameter of the next request.
    pub id: i64,
    /// Time when the server wrote the line.
    pub created_at: Time,
    /// Always `provisioner`.
    pub log_source: String,
    /// `info`, `warn` or `error`.
    pub log_level: String,
    /// The step of the build.
    pub stage: String,
    /// The text, at most 8 KiB.
    pub output: String,
}
