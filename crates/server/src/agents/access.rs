//! Access to the agent of a workspace.

use axum::http::StatusCode;
use coder_control::Caller;
use coder_http::{HttpError, Result};
use coder_model::AgentId;
use coder_mux::Mux;

use crate::AppState;

/// The mux to an agent. Not found unless the caller owns the workspace.
pub async fn authorize(state: &AppState, caller: &Caller, agent: AgentId) -> Result<Mux> {
    let found = state.control.authorize_workspace(caller, agent).await?;
    state.control.record_workspace_use(&found.workspace).await?;
    state.agents.mux(agent).ok_or_else(|| {
        HttpError::new(StatusCode::CONFLICT, "The workspace's agent is not connected.")
            .with_detail("Wait for it with `coder show`, or restart the workspace.")
    })
}
