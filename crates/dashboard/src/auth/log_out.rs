//! Logging out.

use axum::{extract::State, http::header};

use super::redirect;
use crate::{
    DashboardState,
    current_user::CurrentUser,
    form::{Empty, Form},
    response::PageResult,
};

/// Ends the session.
pub async fn log_out(
    State(state): State<DashboardState>,
    current_user: CurrentUser,
    _form: Form<Empty>,
) -> PageResult {
    state.control.log_out(&current_user.caller).await?;
    let mut response = redirect("/login");
    response.headers_mut().append(header::SET_COOKIE, state.cookies.clear_session()?);
    Ok(response)
}
