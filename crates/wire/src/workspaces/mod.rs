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
    /// Required. 1 to 32 letters and digits with single hyphens between them; unique among the owner's workspaces,
    /// ignoring case.
    #[serde(default)]
    pub name: String,
    /// A template, for its active version. Required, unless `template_version_id` is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template_id: Option<Uuid>,
    /// A template version, instead of `template_id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template_version_id: Option<Uuid>,
}

/// A workspace.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Workspace {
    /// Stays the same when the name changes.
    pub id: Uuid,
    /// Unique among the owner's workspaces, ignoring case.
    pub name: String,
    /// The user whose secrets it gets, and the only one who can enter it.
    pub owner_id: Uuid,
    /// The owner's username.
    pub owner_name: String,
    /// Always empty: avatars are not stored.
    pub owner_avatar_url: String,
    /// The deployment's one organization.
    pub organization_id: Uuid,
    /// Always `coder`.
    pub organization_name: String,
    /// The template that it was created from.
    pub template_id: Uuid,
    /// The template's unique name.
    pub template_name: String,
    /// The template's name for display; may be empty.
    pub template_display_name: String,
    /// Path or URL of the template's image; may be empty.
    pub template_icon: String,
    /// The template's active version.
    pub template_active_version_id: Uuid,
    /// Always false: a build can name any version of the template.
    pub template_require_active_version: bool,
    /// Always true.
    pub template_allow_user_cancel_workspace_jobs: bool,
    /// Always false: templates have no parameters.
    pub template_use_classic_parameter_flow: bool,
    /// The latest build.
    pub latest_build: WorkspaceBuild,
    /// Whether the latest build used an older version of the template than the active one.
    pub outdated: bool,
    /// Whether every agent is healthy.
    pub health: WorkspaceHealth,
    /// Weekly schedule of automatic starts, such as `CRON_TZ=Europe/Berlin 30 9 * * 1-5`; null for none.
    pub autostart_schedule: Option<String>,
    /// Milliseconds from each start to the automatic stop; null for none.
    pub ttl_ms: Option<i64>,
    /// Time of the next automatic start; null when none is due.
    pub next_start_at: Option<Time>,
    /// Time since when it is dormant, and cannot be started until it is activated; null otherwise.
    pub dormant_at: Option<Time>,
    /// Always null: dormant workspaces are not deleted automatically.
    pub deleting_at: Option<Time>,
    /// Whether it is listed first.
    pub favorite: bool,
    /// Always `never`: a new active version of the template applies from the next start.
    pub automatic_updates: String,
    /// Always true.
    pub allow_renames: bool,
    /// Time when it was last entered, updated at most once a minute.
    pub last_used_at: Time,
    /// Creation time.
    pub created_at: Time,
    /// Time of the last change, such as a build.
    pub updated_at: Time,
}

/// Health of a workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorkspaceHealth {
    /// Whether all agents are healthy.
    pub healthy: bool,
    /// The unhealthy agents.
    pub failing_agents: Vec<Uuid>,
}

/// A page of workspaces.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WorkspacesResponse {
    /// Favorites first, then by name.
    pub workspaces: Vec<Workspace>,
    /// Count of all workspaces that match, on all pages.
    pub count: i64,
}

/// Body of `PUT /api/v2/workspaces/{workspace}/autostart`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct UpdateWorkspaceAutostartRequest {
    /// `[CRON_TZ=<zone>] <minute> <hour> * * <days of the week>`, in UTC by default; null, absent or empty for none.
    #[serde(default)]
    pub schedule: Option<String>,
}

/// Body of `PUT /api/v2/workspaces/{workspace}/ttl`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct UpdateWorkspaceTtlRequest {
    /// In milliseconds, 1 minute to 30 days; null, absent or 0 for no automatic stop.
    #[serde(default)]
    pub ttl_ms: Option<i64>,
}

/// Body of `PUT /api/v2/workspaces/{workspace}/extend`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PutExtendWorkspaceRequest {
    /// Time of the automatic stop, 30 minutes to 30 days from now.
    pub deadline: Time,
}

/// Body of `PUT /api/v2/workspaces/{workspace}/dormant`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct UpdateWorkspaceDormancy {
    /// True makes the workspace dormant, which stops it; false activates it.
    #[serde(default)]
    pub dormant: bool,
}

/// A message of `GET /api/v2/workspaces/{workspace}/watch-ws`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WorkspaceEvent {
    /// Always `data`.
    pub r#type: String,
    /// The workspace with its latest build.
    pub data: Workspace,
}

/// Body of `PATCH /api/v2/workspaces/{workspace}`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct UpdateWorkspaceRequest {
    /// The new name, with the rules of a create request.
    #[serde(default)]
    pub name: String,
}
