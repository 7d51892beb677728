//! The list of templates.

use askama::Template;
use axum::extract::State;
use coder_model::template::{Provisioner, TemplateDetails};

use super::{provisioner, title};
use crate::{
    DashboardState,
    current_user::CurrentUser,
    filters,
    format::DisplayTime,
    layout::{Layout, Section},
    response::{PageResult, page},
};

#[derive(Template)]
#[template(path = "templates/list.html")]
struct TemplatesPage {
    layout: Layout,
    templates: Vec<Row>,
    may_change: bool,
}

struct Row {
    name: String,
    title: String,
    description: String,
    provisioner: Option<Provisioner>,
    workspaces: i64,
    updated: DisplayTime,
    by: String,
}

impl From<&TemplateDetails> for Row {
    fn from(found: &TemplateDetails) -> Self {
        Self {
            name: found.template.name.to_string(),
            title: title(found),
            description: found.template.description.clone(),
            provisioner: provisioner(&found.definition),
            workspaces: found.workspaces,
            updated: found.template.updated_at.into(),
            by: found.created_by_name.clone(),
        }
    }
}

/// The list of templates.
pub async fn templates_page(State(state): State<DashboardState>, current_user: CurrentUser) -> PageResult {
    let templates = state.control.list_templates().await?;
    page(&TemplatesPage {
        layout: current_user.layout(Section::Templates),
        templates: templates.iter().map(Row::from).collect(),
        may_change: current_user.caller.can_manage_templates(),
    })
}
