//! Templates over REST.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Time, workspaces::ProvisionerJob};

/// Answer to `POST /api/v2/files`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct UploadResponse {
    /// Names the file; kept under this name for compatibility, it is a UUID.
    pub hash: Uuid,
}

/// Body of `POST /api/v2/organizations/{organization}/templateversions`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct CreateTemplateVersionRequest {
    /// Made up when empty.
    #[serde(default)]
    pub name: String,
    /// The template that this is a new version of; absent for the first version of a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template_id: Option<Uuid>,
    /// The uploaded archive, with `template.toml` at its root.
    #[serde(default)]
    pub file_id: Uuid,
}

/// One pushed state of a template.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TemplateVersion {
    /// The version.
    pub id: Uuid,
    /// Its template; absent until one is made of it.
    pub template_id: Option<Uuid>,
    /// The one organisation.
    pub organization_id: Uuid,
    /// Its name.
    pub name: String,
    /// Who pushed it.
    pub created_by: MinimalUser,
    /// When it was pushed.
    pub created_at: Time,
    /// The same.
    pub updated_at: Time,
    /// Always done: the archive is read while it is pushed.
    pub job: ProvisionerJob,
}

/// A user as named in passing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MinimalUser {
    /// The user.
    pub id: Uuid,
    /// Their username.
    pub username: String,
}

/// Body of `POST /api/v2/organizations/{organization}/templates`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct CreateTemplateRequest {
    /// Unique among templates.
    #[serde(default)]
    pub name: String,
    /// The first version.
    #[serde(default)]
    pub template_version_id: Uuid,
    /// The name shown to people.
    #[serde(default)]
    pub display_name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// A path or URL of a picture.
    #[serde(default)]
    pub icon: String,
}

/// Body of `PATCH /api/v2/templates/{template}/versions`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct UpdateActiveTemplateVersionRequest {
    /// The version that new builds use.
    #[serde(default)]
    pub id: Uuid,
}

/// A template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Template {
    /// The template.
    pub id: Uuid,
    /// The one organisation.
    pub organization_id: Uuid,
    /// Unique among templates.
    pub name: String,
    /// The name shown to people; may be empty.
    pub display_name: String,
    /// What it is for.
    pub description: String,
    /// A path or URL of a picture.
    pub icon: String,
    /// The kind of computer: `process` or `external`.
    pub provisioner: String,
    /// The version that new builds use.
    pub active_version_id: Uuid,
    /// How many workspaces use it.
    pub active_workspace_count: i64,
    /// Who made it.
    pub created_by_id: Uuid,
    /// Their username.
    pub created_by_name: String,
    /// When it was made.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
}
