//! Logging out.

use axum::{extract::State, http::header};

use super::redirect;
use crate::{
    AppState,
    cookies::clear_session_cookie,
    dashboard::{
        answer::Answer,
        form::{Form, Nothing},
        visit::Member,
    },
};

/// Ends the session.
pub async fn log_out(State(state): State<AppState>, member: Member, _form: Form<Nothing>) -> Answer {
    state.control.log_out(&member.caller).await?;
    state.session_revoked.notify_waiters();
    let mut response = redirect("/login");
    response.headers_mut().append(header::SET_COOKIE, clear_session_cookie(&state)?);
    Ok(response)
}
