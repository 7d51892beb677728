//! The endpoint that agents connect to.

use std::time::Duration;

use axum::{
    extract::{State, WebSocketUpgrade},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use coder_http::{HttpError, Result, extract::Query};
use coder_mux::{
    Mux, Role,
    socket::{MAX_MESSAGE, READ_BUFFER, WebSocketIo},
};
use coder_wire::{TOKEN_HEADER, agent::PROTOCOL_VERSION};

use super::control_stream;
use crate::AppState;

/// When a rejected agent tries again, in seconds: the next start of its workspace allows it to connect.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("5");
/// How often a connection is re-authorized.
const RECHECK_INTERVAL: Duration = Duration::from_secs(10);

#[derive(serde::Deserialize)]
pub struct VersionQuery {
    version: u32,
}

/// Connects an agent: control stream and mux over one WebSocket. Its token comes in a header.
pub async fn rpc(
    State(state): State<AppState>,
    Query(query): Query<VersionQuery>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Result<Response> {
    if query.version != PROTOCOL_VERSION {
        return Err(HttpError::new(
            StatusCode::BAD_REQUEST,
            "The agent speaks another protocol than the server.",
        )
        .with_detail("Use a coder of the server's version as the agent."));
    }
    let token = headers.get(TOKEN_HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let session = match state.control.authenticate_agent(token).await {
        Ok(session) => session,
        Err(error) => {
            let mut response = HttpError::from(error).into_response();
            response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
            return Ok(response);
        }
    };
    let upgrade =
        upgrade.read_buffer_size(READ_BUFFER).max_message_size(MAX_MESSAGE).max_frame_size(MAX_MESSAGE);
    Ok(upgrade.on_upgrade(move |socket| async move {
        let (mux, incoming) = Mux::new(WebSocketIo::new(socket), Role::Server);
        let (agent, connection) = (session.id(), session.connection());
        tokio::select! {
            ended = control_stream::serve(&state, &session, &mux, incoming) => {
                if let Err(error) = ended {
                    tracing::info!(%agent, %error, "agent connection ended");
                }
            }
            reason = mux.closed() => tracing::debug!(%agent, reason, "agent mux closed"),
            () = connection_revoked(&state, &session) => tracing::info!(%agent, "agent is no longer allowed to connect"),
            () = state.shutdown.cancelled() => {}
        }
        mux.close();
        state.agents.remove(agent, connection);
        if let Err(error) = state.control.agent_disconnected(connection).await {
            tracing::warn!(%agent, %error, "cannot record that an agent disconnected");
        }
    }))
}

/// Waits until the workspace stops, or its owner is suspended or deleted.
async fn connection_revoked(state: &AppState, session: &coder_control::AgentSession) {
    loop {
        tokio::time::sleep(RECHECK_INTERVAL).await;
        match state.control.is_connection_allowed(session).await {
            Ok(true) => {}
            Ok(false) => return,
            // A database error must not disconnect agents.
            Err(error) => tracing::warn!(%error, "cannot re-authorize an agent"),
        }
    }
}
