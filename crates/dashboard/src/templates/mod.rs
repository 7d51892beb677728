//! Templates, from which workspaces are created.

mod delete;
mod list;
mod show;

pub use delete::{delete_template, delete_template_page};
pub use list::templates_page;
pub use show::template_page;

use coder_model::template::{Definition, ProvisionerKind, TemplateDetails};

const LIST_PATH: &str = "/templates";

/// The display name, or the name if there is none.
fn title(details: &TemplateDetails) -> String {
    let template = &details.template;
    if template.display_name.is_empty() { template.name.to_string() } else { template.display_name.clone() }
}

/// The provisioner; none if another version of the program has written the definition.
fn provisioner(definition: &str) -> Option<ProvisionerKind> {
    Definition::parse(definition).map(|definition| definition.provisioner).ok()
}
