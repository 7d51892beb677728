//! Where the dashboard begins.

use axum::extract::State;

use super::redirect;
use crate::{
    AppState,
    dashboard::{answer::Answer, visit::Member},
};

/// To workspaces; or to set-up while there is nobody yet, or to log-in.
pub async fn begin(
    State(state): State<AppState>,
    member: Result<Member, super::super::answer::Refusal>,
) -> Answer {
    if member.is_ok() {
        return Ok(redirect("/workspaces"));
    }
    Ok(redirect(if state.control.has_users().await? { "/login" } else { "/setup" }))
}
