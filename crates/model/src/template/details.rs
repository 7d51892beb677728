//! Templates and versions with the names and counts that are shown with them.

use super::{Template, TemplateVersion};

/// A template with what is shown with it.
#[derive(Debug, Clone)]
pub struct TemplateDetails {
    /// The stored template.
    pub template: Template,
    /// Username of its creator.
    pub created_by_name: String,
    /// The text of its active version's `template.toml`.
    pub definition: String,
    /// Count of workspaces created from it that are not deleted.
    pub workspaces: i64,
}

/// A template version with what is shown with it.
#[derive(Debug, Clone)]
pub struct TemplateVersionDetails {
    /// The stored version.
    pub version: TemplateVersion,
    /// The text of its `template.toml`.
    pub definition: String,
    /// Username of its creator.
    pub created_by_name: String,
}
