//! Where the dashboard begins.

use axum::extract::State;

use super::redirect;
use crate::{DashboardState, current_user::CurrentUser, response::PageResult};

/// To workspaces; or to set-up while there is nobody yet, or to log-in.
pub async fn index(
    State(state): State<DashboardState>,
    current_user: Result<CurrentUser, super::super::response::PageError>,
) -> PageResult {
    if current_user.is_ok() {
        return Ok(redirect("/workspaces"));
    }
    Ok(redirect(if state.control.has_users().await? { "/login" } else { "/setup" }))
}
