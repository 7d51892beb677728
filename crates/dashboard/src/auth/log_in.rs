//! Logging in.

use askama::Template;
use axum::extract::State;
use coder_control::Error;
use coder_http::extract::{ClientInfo, Query};
use coder_wire::Sensitive;

use super::{ensure_csrf_cookie, redirect, safe_redirect, start_session, unauthorized, with_cookie};
use crate::{
    DashboardState,
    current_user::CurrentUser,
    filters,
    form::Form,
    form_errors::FormErrors,
    layout::Layout,
    page_context::PageContext,
    response::{PageError, PageResult, page, unprocessable},
};

#[derive(Template)]
#[template(path = "auth/log_in.html")]
struct LogInPage {
    layout: Layout,
    email: String,
    redirect: String,
    errors: FormErrors,
}

/// The path to return to after log-in.
#[derive(serde::Deserialize)]
pub struct LogInQuery {
    #[serde(default)]
    redirect: String,
}

/// The log-in form.
pub async fn log_in_page(
    State(state): State<DashboardState>,
    current_user: Result<CurrentUser, PageError>,
    mut context: PageContext,
    Query(query): Query<LogInQuery>,
) -> PageResult {
    let to = safe_redirect(&query.redirect).to_owned();
    if current_user.is_ok() {
        return Ok(redirect(&to));
    }
    if !state.control.has_users().await? {
        return Ok(redirect("/setup"));
    }
    let cookie = ensure_csrf_cookie(&state, &mut context)?;
    let view = LogInPage {
        layout: context.layout(),
        email: String::new(),
        redirect: to,
        errors: FormErrors::default(),
    };
    with_cookie(page(&view), cookie)
}

#[derive(serde::Deserialize)]
pub struct LogInForm {
    email: String,
    password: Sensitive,
    #[serde(default)]
    redirect: String,
}

/// Logs in with e-mail address and password.
pub async fn log_in(
    State(state): State<DashboardState>,
    context: PageContext,
    ClientInfo(request_info): ClientInfo,
    Form(form): Form<LogInForm>,
) -> PageResult {
    let to = safe_redirect(&form.redirect);
    let (errors, is_unauthenticated) =
        match start_session(&state, &form.email, form.password.into_inner(), &request_info, to).await {
            Ok(response) => return Ok(response),
            Err(Error::Unauthenticated { message, .. }) => (FormErrors::form(message), true),
            Err(error) => (FormErrors::of(error)?, false),
        };
    let view = LogInPage { layout: context.layout(), redirect: to.to_owned(), email: form.email, errors };
    if is_unauthenticated { unauthorized(page(&view)) } else { unprocessable(&view) }
}
