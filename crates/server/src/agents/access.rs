//! Who is let into a workspace, and until when.

use std::time::Duration;

use axum::http::StatusCode;
use coder_control::Caller;
use coder_model::AgentId;
use coder_mux::Mux;

use crate::{
    AppState,
    error::{HttpError, Result},
};

/// How often it is checked that a caller may go on, beside whenever somebody is signed out at this server.
const CHECK: Duration = Duration::from_secs(10);

/// The mux to the agent of a workspace of the caller's.
pub async fn authorize(state: &AppState, caller: &Caller, agent: AgentId) -> Result<Mux> {
    state.control.authorize_workspace(caller, agent).await?;
    state.agents.mux(agent).ok_or_else(|| {
        HttpError::new(StatusCode::CONFLICT, "The workspace's agent is not connected.")
            .with_detail("Wait for it with `coder show`, or restart the workspace.")
    })
}

/// Waits until the caller would not be let in any more: suspended, signed out, or without the key they came with.
pub async fn wait_until_revoked(state: &AppState, caller: &Caller) {
    loop {
        let mut bell = std::pin::pin!(state.session_revoked.notified());
        bell.as_mut().enable();
        match state.control.is_session_valid(caller).await {
            Ok(true) => {}
            Ok(false) => return,
            // The database is in trouble: that is no reason to cut people off.
            Err(error) => tracing::warn!(%error, "cannot check whether a session still holds"),
        }
        let _ = tokio::time::timeout(CHECK, bell).await;
    }
}
