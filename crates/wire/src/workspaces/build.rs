//! One transition of a workspace, its work and its log.

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
    /// The template version; for a start the active one when absent, else the last used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template_version_id: Option<Uuid>,
    /// Deletes the workspace without touching its computer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub orphan: bool,
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
    /// Absent: a deadline may be moved again and again.
    pub max_deadline: Option<Time>,
    /// Always 0: nothing is billed.
    pub daily_cost: i64,
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
    /// `workspace_build` or `template_version_import`.
    pub r#type: String,
    /// The template's archive.
    pub file_id: Uuid,
    /// When it was asked for.
    pub created_at: Time,
    /// When work began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Time>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Time>,
    /// When it was called off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canceled_at: Option<Time>,
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
    /// Empty.
    pub icon: String,
    /// Always false.
    pub hide: bool,
    /// Always 0: nothing is billed.
    pub daily_cost: i64,
    /// The build's transition.
    pub workspace_transition: String,
    /// What runs on it.
    pub agents: Vec<WorkspaceAgent>,
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
