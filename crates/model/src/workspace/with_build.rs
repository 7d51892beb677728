//! A workspace with what is shown beside it.

use super::{Build, Workspace};
use crate::{FileId, TemplateVersionId};

/// A workspace and one of its builds, with the names shown beside them.
#[derive(Debug, Clone)]
pub struct WorkspaceWithBuild {
    /// The workspace.
    pub workspace: Workspace,
    /// Its owner's username.
    pub owner_name: String,
    /// Its template's name.
    pub template_name: String,
    /// The same as shown to people.
    pub template_display_name: String,
    /// The template's picture.
    pub template_icon: String,
    /// The template's active version.
    pub active_version: TemplateVersionId,
    /// The build.
    pub build: Build,
    /// The name of the version it is built from.
    pub version_name: String,
    /// The text of that version's `template.toml`.
    pub definition: String,
    /// The archive of that version.
    pub file: FileId,
    /// Who asked for the build.
    pub initiator_name: String,
}
