//! Making a user.

use askama::Template;
use axum::{extract::State, http::StatusCode};
use coder_control::{Error, NewUser};
use coder_wire::Sensitive;

use super::LIST_PATH;
use crate::{
    DashboardState,
    current_user::CurrentUser,
    form::Form,
    form_errors::FormErrors,
    format::filters,
    layout::{Layout, Section},
    response::{PageResult, dialog, redirect_with_notice},
};

#[derive(Template)]
#[template(path = "users/create.html", blocks = ["dialog"])]
struct NewUserPage {
    layout: Layout,
    username: String,
    name: String,
    email: String,
    errors: FormErrors,
}

/// The form for a new user.
pub async fn new_user_page(current_user: CurrentUser) -> PageResult {
    if !current_user.caller.can_manage_users() {
        return Err(Error::Forbidden.into());
    }
    let shown = NewUserPage {
        layout: current_user.layout(Section::Users),
        username: String::new(),
        name: String::new(),
        email: String::new(),
        errors: FormErrors::default(),
    };
    dialog(&current_user.context, StatusCode::OK, &shown, &shown.as_dialog())
}

/// What was filled in.
#[derive(serde::Deserialize)]
pub struct UserForm {
    username: String,
    #[serde(default)]
    name: String,
    email: String,
    password: Sensitive,
}

/// Makes a user.
pub async fn create_user(
    State(state): State<DashboardState>,
    current_user: CurrentUser,
    Form(form): Form<UserForm>,
) -> PageResult {
    let new = NewUser {
        email: form.email.clone(),
        username: form.username.clone(),
        name: form.name.clone(),
        password: form.password.into_inner(),
        status: None,
    };
    match state.control.create_user(&current_user.caller, new).await {
        Ok(user) => redirect_with_notice(
            &state,
            &current_user.context,
            LIST_PATH,
            &format!("Created user \"{}\".", user.username),
        ),
        Err(error) => {
            let shown = NewUserPage {
                layout: current_user.layout(Section::Users),
                username: form.username,
                name: form.name,
                email: form.email,
                errors: FormErrors::of(error)?,
            };
            dialog(&current_user.context, StatusCode::UNPROCESSABLE_ENTITY, &shown, &shown.as_dialog())
        }
    }
}
