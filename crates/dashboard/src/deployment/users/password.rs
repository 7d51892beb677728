//! Resetting a user's password.

use askama::Template;
use axum::extract::State;
use coder_http::extract::Path;
use coder_model::user::User;
use coder_wire::Sensitive;
use zeroize::Zeroizing;

use super::{ReturnTo, find_other};
use crate::{
    DashboardState,
    current_user::CurrentUser,
    filters,
    form::Form,
    form_errors::FormErrors,
    layout::{Layout, Section},
    response::{PageResult, dialog, redirect_with_notice},
};

#[derive(Template)]
#[template(path = "users/password.html", blocks = ["dialog"])]
struct PasswordPage {
    layout: Layout,
    id: String,
    username: String,
    errors: FormErrors,
}

fn password_form(current_user: &CurrentUser, user: &User, errors: FormErrors) -> PageResult {
    let page = PasswordPage {
        layout: current_user.layout(Section::Users),
        id: user.id.to_string(),
        username: user.username.to_string(),
        errors,
    };
    dialog(&current_user.context, page.errors.status(), &page, &page.as_dialog())
}

/// The form for another user's new password. The own password is changed under Account, which asks for the old one.
pub async fn reset_password_page(
    State(state): State<DashboardState>,
    current_user: CurrentUser,
    Path(user): Path<String>,
) -> PageResult {
    let user = find_other(&state, &current_user, &user).await?;
    password_form(&current_user, &user, FormErrors::default())
}

#[derive(serde::Deserialize)]
pub struct PasswordForm {
    password: Sensitive,
}

/// Sets the password. The user's sessions and tokens end.
pub async fn reset_password(
    State(state): State<DashboardState>,
    current_user: CurrentUser,
    Path(user): Path<String>,
    ReturnTo(return_to): ReturnTo,
    Form(form): Form<PasswordForm>,
) -> PageResult {
    let user = find_other(&state, &current_user, &user).await?;
    let no_old_password = Zeroizing::default();
    match state
        .control
        .change_password(&current_user.caller, &user, no_old_password, form.password.into_inner())
        .await
    {
        Ok(()) => redirect_with_notice(
            &state,
            &current_user.context,
            &return_to,
            &format!("Changed the password of \"{}\".", user.username),
        ),
        Err(error) => password_form(&current_user, &user, FormErrors::of(error)?),
    }
}
