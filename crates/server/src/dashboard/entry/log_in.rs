//! Logging in.

use askama::Template;
use axum::extract::State;
use coder_control::Error;
use coder_wire::Sensitive;

use super::{bind, enter, not_let_in, own_place, redirect, with_cookie};
use crate::{
    AppState,
    dashboard::{
        answer::{Answer, Refusal, page, refused},
        complaints::Complaints,
        form::Form,
        frame::Frame,
        shown::filters,
        visit::{Member, Visit},
    },
    extract::{ClientInfo, Query},
};

#[derive(Template)]
#[template(path = "entry/log_in.html")]
struct LogInPage {
    frame: Frame,
    email: String,
    redirect: String,
    complaints: Complaints,
}

/// Where to go afterwards.
#[derive(serde::Deserialize)]
pub struct LogInQuery {
    #[serde(default)]
    redirect: String,
}

/// The log-in form.
pub async fn log_in_page(
    State(state): State<AppState>,
    member: Result<Member, Refusal>,
    mut visit: Visit,
    Query(query): Query<LogInQuery>,
) -> Answer {
    let to = own_place(&query.redirect).to_owned();
    if member.is_ok() {
        return Ok(redirect(&to));
    }
    if !state.control.has_users().await? {
        return Ok(redirect("/setup"));
    }
    let cookie = bind(&state, &mut visit)?;
    let shown = LogInPage {
        frame: visit.frame(),
        email: String::new(),
        redirect: to,
        complaints: Complaints::default(),
    };
    with_cookie(page(&shown), cookie)
}

/// What was filled in.
#[derive(serde::Deserialize)]
pub struct LogInForm {
    email: String,
    password: Sensitive,
    #[serde(default)]
    redirect: String,
}

/// Lets in whoever knows the password.
pub async fn log_in(
    State(state): State<AppState>,
    visit: Visit,
    ClientInfo(request_info): ClientInfo,
    Form(form): Form<LogInForm>,
) -> Answer {
    let to = own_place(&form.redirect);
    let (complaints, is_wrong) =
        match enter(&state, &form.email, form.password.into_inner(), &request_info, to).await {
            Ok(response) => return Ok(response),
            Err(Error::Unauthenticated { message, .. }) => (Complaints::form(message), true),
            Err(error) => (Complaints::of(error)?, false),
        };
    let shown = LogInPage { frame: visit.frame(), redirect: to.to_owned(), email: form.email, complaints };
    if is_wrong { not_let_in(page(&shown)) } else { refused(&shown) }
}
