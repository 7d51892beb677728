//! Deleting a template.

use askama::Template;
use axum::{extract::State, http::StatusCode};
use coder_control::Error;
use coder_http::extract::Path;
use coder_model::template::TemplateDetails;

use super::{LIST_PATH, title};
use crate::{
    DashboardState,
    current_user::CurrentUser,
    form::{Empty, Form},
    form_errors::FormErrors,
    format::filters,
    layout::{Layout, Section},
    response::{PageError, PageResult, dialog, redirect_with_notice},
};

#[derive(Template)]
#[template(path = "templates/delete.html", blocks = ["dialog"])]
struct DeletePage {
    layout: Layout,
    name: String,
    title: String,
    errors: FormErrors,
}

impl DeletePage {
    fn new(current_user: &CurrentUser, found: &TemplateDetails, errors: FormErrors) -> Self {
        Self {
            layout: current_user.layout(Section::Templates),
            name: found.template.name.to_string(),
            title: title(found),
            errors,
        }
    }
}

async fn find(
    state: &DashboardState,
    current_user: &CurrentUser,
    name: &str,
) -> Result<TemplateDetails, PageError> {
    if !current_user.caller.can_manage_templates() {
        return Err(Error::Forbidden.into());
    }
    Ok(state.control.find_template_by_name(name).await?)
}

/// Asks whether it is meant.
pub async fn delete_template_page(
    State(state): State<DashboardState>,
    current_user: CurrentUser,
    Path(name): Path<String>,
) -> PageResult {
    let found = find(&state, &current_user, &name).await?;
    let shown = DeletePage::new(&current_user, &found, FormErrors::default());
    dialog(&current_user.context, StatusCode::OK, &shown, &shown.as_dialog())
}

/// Deletes it, unless workspaces use it.
pub async fn delete_template(
    State(state): State<DashboardState>,
    current_user: CurrentUser,
    Path(name): Path<String>,
    _form: Form<Empty>,
) -> PageResult {
    let found = find(&state, &current_user, &name).await?;
    match state.control.delete_template(&current_user.caller, found.template.id).await {
        Ok(()) => redirect_with_notice(
            &state,
            &current_user.context,
            LIST_PATH,
            &format!("Deleted template \"{}\".", found.template.name),
        ),
        Err(error) => {
            let shown = DeletePage::new(&current_user, &found, FormErrors::of(error)?);
            dialog(&current_user.context, StatusCode::UNPROCESSABLE_ENTITY, &shown, &shown.as_dialog())
        }
    }
}
