//! The path `/`.

use axum::extract::State;

use super::redirect;
use crate::{
    DashboardState,
    current_user::CurrentUser,
    response::{PageError, PageResult},
};

/// Redirects to the workspaces; without a session to log-in, without any user to set-up.
pub async fn index(
    State(state): State<DashboardState>,
    current_user: Result<CurrentUser, PageError>,
) -> PageResult {
    if current_user.is_ok() {
        return Ok(redirect("/workspaces"));
    }
    Ok(redirect(if state.control.has_users().await? { "/login" } else { "/setup" }))
}
