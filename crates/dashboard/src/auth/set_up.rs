//! Making the first user, who owns the deployment.

use askama::Template;
use axum::extract::State;
use coder_control::NewUser;
use coder_http::extract::ClientInfo;
use coder_wire::Sensitive;

use super::{ensure_csrf_cookie, is_set_up, redirect, start_session, with_cookie};
use crate::{
    DashboardState,
    form::Form,
    form_errors::FormErrors,
    format::filters,
    layout::Layout,
    page_context::PageContext,
    response::{PageResult, page, unprocessable},
};

#[derive(Template)]
#[template(path = "auth/set_up.html")]
struct SetUpPage {
    layout: Layout,
    username: String,
    name: String,
    email: String,
    errors: FormErrors,
}

/// The form for the first user.
pub async fn set_up_page(State(state): State<DashboardState>, mut context: PageContext) -> PageResult {
    if state.control.has_users().await? {
        return Ok(redirect("/login"));
    }
    let cookie = ensure_csrf_cookie(&state, &mut context)?;
    let shown = SetUpPage {
        layout: context.layout(),
        username: String::new(),
        name: String::new(),
        email: String::new(),
        errors: FormErrors::default(),
    };
    with_cookie(page(&shown), cookie)
}

/// What was filled in.
#[derive(serde::Deserialize)]
pub struct SetUpForm {
    username: String,
    #[serde(default)]
    name: String,
    email: String,
    password: Sensitive,
}

/// Makes the first user and lets them in.
pub async fn set_up(
    State(state): State<DashboardState>,
    context: PageContext,
    ClientInfo(request_info): ClientInfo,
    Form(form): Form<SetUpForm>,
) -> PageResult {
    if state.control.has_users().await? {
        return Err(is_set_up().into());
    }
    let password = form.password.into_inner();
    let new = NewUser {
        email: form.email.clone(),
        username: form.username.clone(),
        name: form.name.clone(),
        password: password.clone(),
        status: None,
    };
    match state.control.create_first_user(new, &request_info).await {
        Ok(_) => Ok(start_session(&state, &form.email, password, &request_info, "/workspaces").await?),
        Err(error) => unprocessable(&SetUpPage {
            layout: context.layout(),
            username: form.username,
            name: form.name,
            email: form.email,
            errors: FormErrors::of(error)?,
        }),
    }
}
