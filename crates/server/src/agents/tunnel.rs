//! The way of people's programs into a workspace: their mux here, joined stream by stream with the agent's.

use coder_http::{
    Result,
    extract::{Authenticated, Path},
};
use std::time::Duration;

use axum::{
    extract::{State, WebSocketUpgrade},
    response::Response,
};
use coder_model::AgentId;
use coder_mux::{
    Mux, MuxStream, Role, frame, relay,
    socket::{MAX_MESSAGE, READ_BUFFER, WebSocketIo},
};
use coder_wire::agent::OpenStream;
use tokio::time::timeout;
use uuid::Uuid;

use super::access;
use crate::AppState;

/// How long a program may take to say what a stream carries.
const OPEN_TIMEOUT: Duration = Duration::from_secs(10);
/// The most that this takes, in bytes.
const MAX_OPEN: usize = 4 * 1024;

/// Lets the workspace's owner open streams to its agent.
pub async fn tunnel(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(agent): Path<Uuid>,
    upgrade: WebSocketUpgrade,
) -> Result<Response> {
    let mux = access::authorize(&state, &caller, AgentId::from(agent)).await?;
    let upgrade =
        upgrade.read_buffer_size(READ_BUFFER).max_message_size(MAX_MESSAGE).max_frame_size(MAX_MESSAGE);
    Ok(upgrade.on_upgrade(move |socket| async move {
        let (own, mut incoming) = Mux::new(WebSocketIo::new(socket), Role::Server);
        let streams = async {
            while let Some(stream) = incoming.accept().await {
                let mux = mux.clone();
                tokio::spawn(async move { join(stream, &mux).await });
            }
        };
        tokio::select! {
            () = streams => {}
            _ = mux.closed() => {}
            () = state.control.wait_until_revoked(&caller) => {}
            () = state.shutdown.cancelled() => {}
        }
        own.close();
    }))
}

/// Joins a stream with a new one to the agent, once it said what it carries. What ends a workspace is not for people's
/// programs to open.
async fn join(mut stream: MuxStream, mux: &Mux) {
    let opened = timeout(OPEN_TIMEOUT, frame::receive(&mut stream, MAX_OPEN)).await;
    let Ok(Ok(Some(open @ (OpenStream::Ssh | OpenStream::Dial(_) | OpenStream::Ping)))) = opened else {
        return;
    };
    let Ok(mut towards_agent) = mux.open().await else { return };
    if frame::send(&mut towards_agent, &open).await.is_ok() {
        // Either side may go away at any time; the other learns of it by its end of stream.
        let _ = relay(stream, towards_agent).await;
    }
}
