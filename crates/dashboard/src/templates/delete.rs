//! Deleting a template.

use askama::Template;
use axum::extract::State;
use coder_control::Error;
use coder_http::extract::Path;
use coder_model::template::TemplateDetails;

use super::{LIST_PATH, title};
use crate::{
    DashboardState,
    current_user::CurrentUser,
    filters,
    form::{Empty, Form},
    form_errors::FormErrors,
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

fn confirm(current_user: &CurrentUser, details: &TemplateDetails, errors: FormErrors) -> PageResult {
    let page = DeletePage {
        layout: current_user.layout(Section::Templates),
        name: details.template.name.to_string(),
        title: title(details),
        errors,
    };
    dialog(&current_user.context, page.errors.status(), &page, &page.as_dialog())
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

/// Asks to confirm the deletion.
pub async fn delete_template_page(
    State(state): State<DashboardState>,
    current_user: CurrentUser,
    Path(name): Path<String>,
) -> PageResult {
    let details = find(&state, &current_user, &name).await?;
    confirm(&current_user, &details, FormErrors::default())
}

/// Deletes a template that no workspace uses.
pub async fn delete_template(
    State(state): State<DashboardState>,
    current_user: CurrentUser,
    Path(name): Path<String>,
    _form: Form<Empty>,
) -> PageResult {
    let details = find(&state, &current_user, &name).await?;
    match state.control.delete_template(&current_user.caller, details.template.id).await {
        Ok(()) => redirect_with_notice(
            &state,
            &current_user.context,
            LIST_PATH,
            &format!("Deleted template \"{}\".", details.template.name),
        ),
        Err(error) => confirm(&current_user, &details, FormErrors::of(error)?),
    }
}
