//! Templates with what is shown beside them.

use super::{Template, TemplateVersion};

/// A template with what is shown beside it.
#[derive(Debug, Clone)]
pub struct TemplateDetails {
    /// The template.
    pub template: Template,
    /// Who made it.
    pub created_by_name: String,
    /// The text of its active version's `template.toml`.
    pub definition: String,
    /// How many workspaces use it.
    pub workspaces: i64,
}

/// A version with what is shown beside it.
#[derive(Debug, Clone)]
pub struct TemplateVersionDetails {
    /// The version.
    pub version: TemplateVersion,
    /// The text of its `template.toml`.
    pub definition: String,
    /// Who pushed it.
    pub created_by_name: String,
}
