//! Templates over REST.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Time, workspaces::ProvisionerJob};

/// Response of `POST /api/v2/files`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct UploadResponse {
    /// The file's id, for `file_id`. A UUID, named `hash` for compatibility.
    pub hash: Uuid,
}

/// Body of `POST /api/v2/organizations/{organization}/templateversions`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct CreateTemplateVersionRequest {
    /// At most 64 letters, digits, hyphens, dots and underscores; generated when empty.
    #[serde(default)]
    pub name: String,
    /// The template that gets the version; absent for the first version of a new template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template_id: Option<Uuid>,
    /// The uploaded archive, with `template.toml` at its root.
    #[serde(default)]
    pub file_id: Uuid,
}

/// A version of a template.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TemplateVersion {
    /// Identifies the version in build requests.
    pub id: Uuid,
    /// The template; null until one is created from this version.
    pub template_id: Option<Uuid>,
    /// The deployment's one organization.
    pub organization_id: Uuid,
    /// As requested, or generated.
    pub name: String,
    /// The user who pushed it.
    pub created_by: MinimalUser,
    /// Time of the push.
    pub created_at: Time,
    /// Always the time of the push: versions do not change.
    pub updated_at: Time,
    /// Always `succeeded`: the archive is read during the request that pushes it.
    pub job: ProvisionerJob,
}

/// Reference to a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MinimalUser {
    /// The user's id.
    pub id: Uuid,
    /// The user's name in URLs.
    pub username: String,
}

/// Body of `POST /api/v2/organizations/{organization}/templates`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct CreateTemplateRequest {
    /// Required. 1 to 32 letters and digits with single hyphens between them; unique among templates, ignoring case.
    #[serde(default)]
    pub name: String,
    /// The first version, which must not belong to a template yet.
    #[serde(default)]
    pub template_version_id: Uuid,
    /// The name for display; at most 1024 bytes.
    #[serde(default)]
    pub display_name: String,
    /// At most 1024 bytes.
    #[serde(default)]
    pub description: String,
    /// Path or URL of an image; at most 1024 bytes.
    #[serde(default)]
    pub icon: String,
}

/// Body of `PATCH /api/v2/templates/{template}/versions`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct UpdateActiveTemplateVersionRequest {
    /// A version of this template, for new workspaces and the next starts of existing ones.
    #[serde(default)]
    pub id: Uuid,
}

/// A template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Template {
    /// Stays the same for the template's life.
    pub id: Uuid,
    /// The deployment's one organization.
    pub organization_id: Uuid,
    /// Unique among templates, ignoring case.
    pub name: String,
    /// The name for display; may be empty.
    pub display_name: String,
    /// May be empty.
    pub description: String,
    /// Path or URL of an image; may be empty.
    pub icon: String,
    /// Where workspaces run, by the active version: `process` or `external`.
    pub provisioner: String,
    /// The version that new workspaces, and starts that name no version, use.
    pub active_version_id: Uuid,
    /// Count of workspaces created from it that are not deleted.
    pub active_workspace_count: i64,
    /// The user who created it.
    pub created_by_id: Uuid,
    /// That user's username.
    pub created_by_name: String,
    /// Creation time.
    pub created_at: Time,
    /// Time of the last change, such as of the active version.
    pub updated_at: Time,
}
