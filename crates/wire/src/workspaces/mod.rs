//! Workspaces, their builds and their agents over REST.

mod agent;
mod build;

pub use agent::*;
pub use build::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Time;

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
    /// Empty: pictures are not kept.
    pub owner_avatar_url: String,
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
    /// Always false: a start may name any version of the template.
    pub template_require_active_version: bool,
    /// Always true.
    pub template_allow_user_cancel_workspace_jobs: bool,
    /// Always false: templates have no parameters.
    pub template_use_classic_parameter_flow: bool,
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
    /// Absent: what is put aside is not deleted by itself.
    pub deleting_at: Option<Time>,
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
