//! Where the dashboard begins.

use axum::extract::State as Shared;

use super::redirect;
use crate::{
    State,
    dashboard::{answer::Answer, visit::Member},
};

/// To workspaces; or to set-up while there is nobody yet, or to log-in.
pub async fn begin(
    Shared(state): Shared<State>,
    member: Result<Member, super::super::answer::Refusal>,
) -> Answer {
    if member.is_ok() {
        return Ok(redirect("/workspaces"));
    }
    Ok(redirect(if state.control.has_users().await? { "/login" } else { "/setup" }))
}
