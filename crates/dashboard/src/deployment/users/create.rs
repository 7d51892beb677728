//! Creating a user.

use askama::Template;
use axum::extract::State;
use coder_control::Error;

use super::LIST_PATH;
use crate::{
    DashboardState,
    current_user::CurrentUser,
    filters,
    form::Form,
    form_errors::FormErrors,
    layout::{Layout, Section},
    new_user::NewUserForm,
    response::{PageResult, dialog, redirect_with_notice},
};

#[derive(Template)]
#[template(path = "users/create.html", blocks = ["dialog"])]
struct NewUserPage {
    layout: Layout,
    user: NewUserForm,
    errors: FormErrors,
}

fn new_user_form(current_user: &CurrentUser, user: NewUserForm, errors: FormErrors) -> PageResult {
    let page = NewUserPage { layout: current_user.layout(Section::Users), user, errors };
    dialog(&current_user.context, page.errors.status(), &page, &page.as_dialog())
}

pub async fn new_user_page(current_user: CurrentUser) -> PageResult {
    if !current_user.caller.can_manage_users() {
        return Err(Error::Forbidden.into());
    }
    new_user_form(&current_user, NewUserForm::default(), FormErrors::default())
}

/// Creates a user.
pub async fn create_user(
    State(state): State<DashboardState>,
    current_user: CurrentUser,
    Form(form): Form<NewUserForm>,
) -> PageResult {
    match state.control.create_user(&current_user.caller, form.to_new_user()).await {
        Ok(user) => redirect_with_notice(
            &state,
            &current_user.context,
            LIST_PATH,
            &format!("Created user \"{}\".", user.username),
        ),
        Err(error) => new_user_form(&current_user, form, FormErrors::of(error)?),
    }
}
