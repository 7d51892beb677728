//! Creating the first user, who owns the deployment.

use askama::Template;
use axum::extract::State;
use coder_http::extract::ClientInfo;

use super::{already_set_up, ensure_csrf_cookie, redirect, start_session, with_cookie};
use crate::{
    DashboardState, filters,
    form::Form,
    form_errors::FormErrors,
    layout::Layout,
    new_user::NewUserForm,
    page_context::PageContext,
    response::{PageResult, page, unprocessable},
};

#[derive(Template)]
#[template(path = "auth/set_up.html")]
struct SetUpPage {
    layout: Layout,
    user: NewUserForm,
    errors: FormErrors,
}

/// The form for the first user.
pub async fn set_up_page(State(state): State<DashboardState>, mut context: PageContext) -> PageResult {
    if state.control.has_users().await? {
        return Ok(redirect("/login"));
    }
    let cookie = ensure_csrf_cookie(&state, &mut context)?;
    let view =
        SetUpPage { layout: context.layout(), user: NewUserForm::default(), errors: FormErrors::default() };
    with_cookie(page(&view), cookie)
}

/// Creates the first user and logs them in.
pub async fn set_up(
    State(state): State<DashboardState>,
    context: PageContext,
    ClientInfo(request_info): ClientInfo,
    Form(form): Form<NewUserForm>,
) -> PageResult {
    if state.control.has_users().await? {
        return Err(already_set_up().into());
    }
    match state.control.create_first_user(form.to_new_user(), &request_info).await {
        Ok(_) => Ok(start_session(&state, &form.email, form.password(), &request_info, "/workspaces").await?),
        Err(error) => {
            unprocessable(&SetUpPage { layout: context.layout(), user: form, errors: FormErrors::of(error)? })
        }
    }
}
