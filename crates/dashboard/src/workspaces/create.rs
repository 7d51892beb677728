//! Creating a workspace.

use askama::Template;
use axum::extract::State;
use coder_control::NewWorkspace;
use coder_http::extract::Query;
use coder_model::template::Definition;
use uuid::Uuid;

use super::{path::workspace_url, show::title};
use crate::{
    DashboardState,
    current_user::CurrentUser,
    filters,
    form::Form,
    form_errors::FormErrors,
    layout::{Layout, Section},
    response::{PageError, PageResult, page, redirect_to, unprocessable},
};

#[derive(Template)]
#[template(path = "workspaces/create.html")]
struct CreatePage {
    layout: Layout,
    name: String,
    templates: Vec<Choice>,
    errors: FormErrors,
}

struct Choice {
    id: String,
    title: String,
    description: String,
    kind: &'static str,
    is_selected: bool,
}

/// The template to preselect, by name.
#[derive(serde::Deserialize)]
pub struct CreateQuery {
    #[serde(default)]
    template: String,
}

async fn choices(
    state: &DashboardState,
    is_selected: impl Fn(&str, Uuid) -> bool,
) -> Result<Vec<Choice>, PageError> {
    let templates = state.control.list_templates().await?;
    let is_single = templates.len() == 1;
    let choices = templates.iter().map(|details| {
        let template = &details.template;
        Choice {
            id: template.id.to_string(),
            title: title(&template.display_name, template.name.as_str()),
            description: template.description.clone(),
            kind: Definition::parse(&details.definition)
                .map_or("", |definition| definition.provisioner.as_str()),
            is_selected: is_single || is_selected(template.name.as_str(), template.id.uuid()),
        }
    });
    Ok(choices.collect())
}

pub async fn create_workspace_page(
    State(state): State<DashboardState>,
    current_user: CurrentUser,
    Query(query): Query<CreateQuery>,
) -> PageResult {
    page(&CreatePage {
        layout: current_user.layout(Section::Workspaces),
        name: String::new(),
        templates: choices(&state, |name, _| name == query.template).await?,
        errors: FormErrors::default(),
    })
}

#[derive(serde::Deserialize)]
pub struct CreateForm {
    name: String,
    template_id: Option<Uuid>,
}

/// Creates a workspace, and shows the progress of its first build.
pub async fn create_workspace(
    State(state): State<DashboardState>,
    current_user: CurrentUser,
    Form(form): Form<CreateForm>,
) -> PageResult {
    let new =
        NewWorkspace { name: form.name.clone(), template: form.template_id.map(Into::into), version: None };
    let errors = match form.template_id {
        None => FormErrors::field("template_id", "Choose a template."),
        Some(_) => {
            match state.control.create_workspace(&current_user.caller, current_user.caller.user(), new).await {
                Ok(overview) => {
                    return redirect_to(&current_user.context, &workspace_url(&overview));
                }
                Err(error) => FormErrors::of(error)?,
            }
        }
    };
    unprocessable(&CreatePage {
        layout: current_user.layout(Section::Workspaces),
        name: form.name,
        templates: choices(&state, |_, id| Some(id) == form.template_id).await?,
        errors,
    })
}
