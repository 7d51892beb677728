//! Deleting a user.

use askama::Template;
use axum::{extract::State, http::StatusCode};
use coder_http::extract::Path;
use coder_model::user::User;

use super::{ReturnTo, find_other};
use crate::{
    DashboardState,
    current_user::CurrentUser,
    form::{Empty, Form},
    form_errors::FormErrors,
    format::filters,
    layout::{Layout, Section},
    response::{PageResult, dialog, redirect_with_notice},
};

#[derive(Template)]
#[template(path = "users/delete.html", blocks = ["dialog"])]
struct DeletePage {
    layout: Layout,
    id: String,
    username: String,
    errors: FormErrors,
}

impl DeletePage {
    fn new(current_user: &CurrentUser, user: &User, errors: FormErrors) -> Self {
        Self {
            layout: current_user.layout(Section::Users),
            id: user.id.to_string(),
            username: user.username.to_string(),
            errors,
        }
    }
}

/// Asks whether it is meant.
pub async fn delete_user_page(
    State(state): State<DashboardState>,
    current_user: CurrentUser,
    Path(user): Path<String>,
) -> PageResult {
    let user = find_other(&state, &current_user, &user).await?;
    let shown = DeletePage::new(&current_user, &user, FormErrors::default());
    dialog(&current_user.context, StatusCode::OK, &shown, &shown.as_dialog())
}

/// Deletes a user who owns no workspaces, with their secrets, sessions and tokens.
pub async fn delete_user(
    State(state): State<DashboardState>,
    current_user: CurrentUser,
    Path(user): Path<String>,
    ReturnTo(back): ReturnTo,
    _form: Form<Empty>,
) -> PageResult {
    let user = find_other(&state, &current_user, &user).await?;
    match state.control.delete_user(&current_user.caller, &user).await {
        Ok(()) => redirect_with_notice(
            &state,
            &current_user.context,
            &back,
            &format!("Deleted user \"{}\".", user.username),
        ),
        Err(error) => {
            let shown = DeletePage::new(&current_user, &user, FormErrors::of(error)?);
            dialog(&current_user.context, StatusCode::UNPROCESSABLE_ENTITY, &shown, &shown.as_dialog())
        }
    }
}
