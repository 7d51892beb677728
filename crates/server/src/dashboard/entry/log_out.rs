//! Logging out.

use axum::{extract::State as Shared, http::header};

use super::redirect;
use crate::{
    State,
    cookies::no_session_cookie,
    dashboard::{
        answer::Answer,
        form::{Form, Nothing},
        visit::Member,
    },
};

/// Ends the session.
pub async fn log_out(Shared(state): Shared<State>, member: Member, _form: Form<Nothing>) -> Answer {
    state.control.log_out(&member.caller).await?;
    state.sign_out_bell.notify_waiters();
    let mut response = redirect("/login");
    response.headers_mut().append(header::SET_COOKIE, no_session_cookie(&state)?);
    Ok(response)
}
