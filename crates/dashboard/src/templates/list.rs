//! The list of templates.

use askama::Template;
use axum::extract::State;
use coder_model::template::{ProvisionerKind, TemplateDetails};

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
    can_manage: bool,
}

struct Row {
    name: String,
    title: String,
    description: String,
    provisioner: Option<ProvisionerKind>,
    workspaces: i64,
    updated: DisplayTime,
    created_by: String,
}

impl From<&TemplateDetails> for Row {
    fn from(details: &TemplateDetails) -> Self {
        Self {
            name: details.template.name.to_string(),
            title: title(details),
            description: details.template.description.clone(),
            provisioner: provisioner(&details.definition),
            workspaces: details.workspaces,
            updated: details.template.updated_at.into(),
            created_by: details.created_by_name.clone(),
        }
    }
}

pub async fn templates_page(State(state): State<DashboardState>, current_user: CurrentUser) -> PageResult {
    let templates = state.control.list_templates().await?;
    page(&TemplatesPage {
        layout: current_user.layout(Section::Templates),
        templates: templates.iter().map(Row::from).collect(),
        can_manage: current_user.caller.can_manage_templates(),
    })
}
