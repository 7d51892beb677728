//! Sending a workspace over a WebSocket whenever it changes.

use std::time::Duration;

use axum::{
    extract::{
        State, WebSocketUpgrade,
        ws::{Message, WebSocket},
    },
    response::Response,
};
use coder_control::Caller;
use coder_http::{
    Result,
    extract::{Authenticated, Path},
};
use coder_model::WorkspaceId;
use coder_wire::workspaces::WorkspaceEvent;
use uuid::Uuid;

use super::response;
use crate::{
    AppState,
    api::polling::{Wait, wait},
};

/// How often the workspace is read.
const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// Sends the workspace, and again whenever it has changed.
pub async fn watch_workspace(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(workspace): Path<Uuid>,
    upgrade: WebSocketUpgrade,
) -> Result<Response> {
    let id = WorkspaceId::from(workspace);
    state.control.find_workspace(&caller, id, true).await?;
    Ok(upgrade.on_upgrade(move |socket| watch(state, caller, id, socket)))
}

async fn watch(state: AppState, caller: Caller, id: WorkspaceId, mut socket: WebSocket) {
    let mut sent = String::new();
    let mut revoked = std::pin::pin!(state.control.wait_until_revoked(&caller));
    loop {
        let now = match event(&state, &caller, id).await {
            Ok(now) => now,
            Err(error) => {
                tracing::debug!(?error, "watching a workspace ended");
                break;
            }
        };
        if now != sent {
            if socket.send(Message::Text(now.clone().into())).await.is_err() {
                return;
            }
            sent = now;
        }
        match wait(&state, &mut socket, POLL_INTERVAL, revoked.as_mut()).await {
            Wait::Poll => {}
            Wait::Disconnected => return,
            Wait::Ended => break,
        }
    }
    let _ = socket.send(Message::Close(None)).await;
}

async fn event(state: &AppState, caller: &Caller, id: WorkspaceId) -> Result<String> {
    let overview = state.control.find_workspace(caller, id, true).await?;
    let data = response::workspace(state, &overview).await?;
    let event = WorkspaceEvent { r#type: "data".to_owned(), data };
    serde_json::to_string(&event).map_err(coder_http::HttpError::internal)
}
