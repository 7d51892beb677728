//! Deleting a secret.

use askama::Template;
use axum::{extract::State, http::StatusCode};
use coder_http::extract::Path;

use super::{LIST_PATH, own};
use crate::{
    DashboardState,
    current_user::CurrentUser,
    filters,
    form::{Empty, Form},
    format::segment,
    layout::{Layout, Section},
    response::{PageResult, dialog, redirect_with_notice},
};

#[derive(Template)]
#[template(path = "secrets/delete.html", blocks = ["dialog"])]
struct DeletePage {
    layout: Layout,
    name: String,
    segment: String,
    file_path: String,
}

/// Asks to confirm the deletion.
pub async fn delete_secret_page(
    State(state): State<DashboardState>,
    current_user: CurrentUser,
    Path(name): Path<String>,
) -> PageResult {
    let secret = state.control.find_secret(own(&current_user)?, &name).await?;
    let page = DeletePage {
        layout: current_user.layout(Section::Secrets),
        segment: segment(&name),
        name,
        file_path: secret.settings.file_path.map(|path| path.to_string()).unwrap_or_default(),
    };
    dialog(&current_user.context, StatusCode::OK, &page, &page.as_dialog())
}

pub async fn delete_secret(
    State(state): State<DashboardState>,
    current_user: CurrentUser,
    Path(name): Path<String>,
    _form: Form<Empty>,
) -> PageResult {
    state.control.delete_secret(own(&current_user)?, &name).await?;
    redirect_with_notice(
        &state,
        &current_user.context,
        LIST_PATH,
        &format!("Deleted secret \"{name}\" successfully."),
    )
}
