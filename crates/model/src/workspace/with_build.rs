//! A workspace with what is shown with it.

use super::{Build, Workspace};
use crate::{FileId, TemplateVersionId};

/// A workspace and one of its builds, with the names that they refer to.
#[derive(Debug, Clone)]
pub struct WorkspaceWithBuild {
    /// The stored workspace.
    pub workspace: Workspace,
    /// Username of the owner.
    pub owner_name: String,
    /// The template's unique name.
    pub template_name: String,
    /// The template's name for display; may be empty.
    pub template_display_name: String,
    /// Path or URL of the template's image; may be empty.
    pub template_icon: String,
    /// The template's active version.
    pub active_version: TemplateVersionId,
    /// The latest build, unless another was requested.
    pub build: Build,
    /// The name of the build's template version.
    pub version_name: String,
    /// The text of that version's `template.toml`.
    pub definition: String,
    /// The archive of that version.
    pub file: FileId,
    /// Username of the build's initiator.
    pub initiator_name: String,
}
