//! Templates: what workspaces can be made from.

mod delete;
mod list;
mod show;

pub use delete::{delete_template, delete_template_page};
pub use list::templates_page;
pub use show::template_page;

use coder_model::template::{Definition, Provisioner, TemplateDetails};

/// Where the list is.
const LIST_PATH: &str = "/templates";

/// The name to show: the one for people, or the one for programs where there is none.
fn title(found: &TemplateDetails) -> String {
    let template = &found.template;
    if template.display_name.is_empty() { template.name.to_string() } else { template.display_name.clone() }
}

/// What workspaces of a template run on; nothing when its definition is of another version of this program.
fn provisioner(definition: &str) -> Option<Provisioner> {
    Definition::parse(definition).map(|definition| definition.provisioner).ok()
}
