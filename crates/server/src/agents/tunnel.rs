//! Tunnels: a client's mux, each stream relayed to a stream of the agent's mux.

use std::time::Duration;

use axum::{
    extract::{State, WebSocketUpgrade},
    response::Response,
};
use coder_http::{
    Result,
    extract::{Authenticated, Path},
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

/// How long a client may take to send the first message of a stream.
const OPEN_TIMEOUT: Duration = Duration::from_secs(10);
/// The largest first message, in bytes.
const MAX_OPEN_BYTES: usize = 4 * 1024;

/// Lets a client open streams to an agent. Owner only.
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
        let (client_mux, mut incoming) = Mux::new(WebSocketIo::new(socket), Role::Server);
        let streams = async {
            while let Some(stream) = incoming.accept().await {
                let mux = mux.clone();
                tokio::spawn(async move { relay_stream(stream, &mux).await });
            }
        };
        tokio::select! {
            () = streams => {}
            _ = mux.closed() => {}
            () = state.control.wait_until_revoked(&caller) => {}
            () = state.shutdown.cancelled() => {}
        }
        client_mux.close();
    }))
}

/// Relays a client's stream to a new stream of the agent. Clients may not open streams that shut down the workspace.
async fn relay_stream(mut stream: MuxStream, mux: &Mux) {
    let opened = timeout(OPEN_TIMEOUT, frame::receive(&mut stream, MAX_OPEN_BYTES)).await;
    let Ok(Ok(Some(open @ (OpenStream::Ssh | OpenStream::Dial(_) | OpenStream::Ping)))) = opened else {
        return;
    };
    let Ok(mut agent_stream) = mux.open().await else { return };
    if frame::send(&mut agent_stream, &open).await.is_ok() {
        // Either side may disconnect at any time; the other sees the end of the stream.
        let _ = relay(stream, agent_stream).await;
    }
}
