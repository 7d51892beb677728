//! Terminal sessions of a workspace over a WebSocket, for browsers and other clients.

use std::{ops::ControlFlow, time::Duration};

use axum::{
    extract::{
        State, WebSocketUpgrade,
        ws::{CloseCode, CloseFrame, Message, WebSocket, close_code},
    },
    http::{HeaderMap, StatusCode},
    response::Response,
};
use bytes::Bytes;
use coder_control::{Caller, Scope};
use coder_http::{
    HttpError, Result,
    extract::{ClientInfo, Path, Query, header_token, is_same_origin},
};
use coder_model::AgentId;
use coder_mux::{Mux, MuxStream, frame};
use coder_wire::{
    agent::{OpenStream, OpenTerminal, TerminalInput, TerminalSize},
    workspaces::TerminalMessage,
};
use futures_util::{SinkExt, StreamExt, stream::SplitSink};
use tokio::{
    io::{AsyncReadExt, AsyncWrite, AsyncWriteExt},
    sync::watch,
    time::{Instant, timeout},
};
use uuid::Uuid;

use super::{OpenStreamError, access, open_stream};
use crate::AppState;

/// How long the agent may take to open a session.
const OPEN_TIMEOUT: Duration = Duration::from_secs(20);
/// The largest message of a client, in bytes: a large paste fits.
const MAX_INPUT_BYTES: usize = 512 * 1024;
/// The largest message of output, in bytes.
const CHUNK_SIZE: usize = 32 * 1024;
/// Unacknowledged bytes allowed with `flow`. Browser WebSockets have no back-pressure, so output would pile up in the page.
const MAX_UNACKED_BYTES: u64 = 512 * 1024;
/// The largest width and height of a terminal.
const MAX_DIMENSION: u16 = 4096;
/// How often a client is pinged.
const PING_INTERVAL: Duration = Duration::from_secs(10);
/// A client that sends nothing for this long, or does not read, is disconnected.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

#[derive(serde::Deserialize)]
pub struct TerminalQuery {
    /// The session's id, to return to it later.
    reconnect: Option<Uuid>,
    #[serde(default = "width")]
    width: u16,
    #[serde(default = "height")]
    height: u16,
    command: Option<String>,
    app: Option<String>,
    /// Flow control: the client acknowledges the output that it has rendered.
    #[serde(default)]
    flow: bool,
    ticket: Option<String>,
}

fn width() -> u16 {
    80
}

fn height() -> u16 {
    24
}

/// Connects a client to a terminal session. Owner only.
pub async fn pty(
    State(state): State<AppState>,
    Path(agent): Path<Uuid>,
    Query(query): Query<TerminalQuery>,
    headers: HeaderMap,
    ClientInfo(request_info): ClientInfo,
    upgrade: WebSocketUpgrade,
) -> Result<Response> {
    let agent = AgentId::from(agent);
    let caller = match &query.ticket {
        // Browsers let every page open a WebSocket, with the cookies of the user: the ticket proves that the dashboard did.
        Some(_) if !is_same_origin(&headers) => {
            return Err(HttpError::new(StatusCode::FORBIDDEN, "The request comes from another site."));
        }
        Some(ticket) => state.control.redeem_grant(ticket, &Scope::Terminal(agent), request_info).await?,
        None => state.control.authenticate(header_token(&headers), request_info).await?,
    };
    let mux = access::authorize(&state, &caller, agent).await?;
    let open = OpenTerminal {
        session: query.reconnect.unwrap_or_else(|| Uuid::from_bytes(rand::random())),
        size: size(query.width, query.height),
        command: query.command.filter(|command| !command.is_empty()),
        app: query.app,
    };
    let stream = open_session(&mux, open).await?;
    let upgrade = upgrade.max_message_size(MAX_INPUT_BYTES).max_frame_size(MAX_INPUT_BYTES);
    Ok(upgrade.on_upgrade(move |socket| relay(state, caller, mux, stream, socket, query.flow)))
}

fn size(columns: u16, rows: u16) -> TerminalSize {
    TerminalSize { columns: columns.clamp(1, MAX_DIMENSION), rows: rows.clamp(1, MAX_DIMENSION) }
}

/// Opens the session, or returns to it.
async fn open_session(mux: &Mux, open: OpenTerminal) -> Result<MuxStream> {
    open_stream(mux, OpenStream::Terminal(open), OPEN_TIMEOUT).await.map_err(|error| match error {
        OpenStreamError::Rejected(reason) => {
            HttpError::new(StatusCode::CONFLICT, "The terminal cannot be opened.").with_detail(reason)
        }
        OpenStreamError::NoResponse => {
            HttpError::new(StatusCode::BAD_GATEWAY, "The workspace's agent did not answer.")
                .with_detail("Try again in a moment.")
        }
    })
}

/// Relays input and output until either side ends, the caller's session is revoked or the server shuts down.
async fn relay(state: AppState, caller: Caller, mux: Mux, stream: MuxStream, socket: WebSocket, flow: bool) {
    let (acked, mut acked_receiver) = watch::channel(0_u64);
    let (mut to_client, mut from_client) = socket.split();
    let (mut from_agent, mut to_agent) = tokio::io::split(stream);
    let input = async {
        loop {
            match timeout(IDLE_TIMEOUT, from_client.next()).await {
                Ok(Some(Ok(message))) => match forward_input(&message, &mut to_agent, &acked).await {
                    ControlFlow::Continue(()) => {}
                    ControlFlow::Break(reason) => return reason,
                },
                Ok(Some(Err(_)) | None) => return None,
                Err(_) => return Some((close_code::POLICY, "the client has not responded for 30 seconds")),
            }
        }
    };
    let output = async {
        let mut buffer = vec![0; CHUNK_SIZE];
        let mut ping = tokio::time::interval_at(Instant::now() + PING_INTERVAL, PING_INTERVAL);
        let mut sent = 0_u64;
        loop {
            let may_send =
                !flow || sent.saturating_sub(*acked_receiver.borrow_and_update()) < MAX_UNACKED_BYTES;
            let message = tokio::select! {
                read = from_agent.read(&mut buffer), if may_send => match read {
                    Ok(length @ 1..) => {
                        sent += length as u64;
                        Message::Binary(Bytes::copy_from_slice(buffer.get(..length).unwrap_or_default()))
                    }
                    Ok(0) => return Some((close_code::NORMAL, "the session has ended")),
                    _ => return Some((close_code::AWAY, "the workspace is gone")),
                },
                Ok(()) = acked_receiver.changed(), if !may_send => continue,
                _ = ping.tick() => Message::Ping(Bytes::new()),
            };
            // Back-pressure: no output is read from the agent while the client does not take this message.
            match timeout(IDLE_TIMEOUT, to_client.send(message)).await {
                Ok(Ok(())) => {}
                _ => return None,
            }
        }
    };
    let close_reason = tokio::select! {
        reason = input => reason,
        reason = output => reason,
        _ = mux.closed() => Some((close_code::AWAY, "the workspace is gone")),
        () = state.control.wait_until_revoked(&caller) => Some((close_code::POLICY, "you are signed out")),
        () = state.shutdown.cancelled() => Some((close_code::RESTART, "the server is stopping")),
    };
    tracing::debug!(?close_reason, "terminal connection ended");
    if let Some((code, reason)) = close_reason {
        close(&mut to_client, code, reason).await;
    }
}

/// None when the client has closed the connection.
type CloseReason = Option<(CloseCode, &'static str)>;

/// Forwards a client's message to the agent.
async fn forward_input(
    message: &Message,
    to_agent: &mut (impl AsyncWrite + Unpin),
    acked: &watch::Sender<u64>,
) -> ControlFlow<CloseReason> {
    let text = match message {
        Message::Text(text) => text.as_bytes(),
        Message::Binary(bytes) => bytes,
        Message::Ping(_) | Message::Pong(_) => return ControlFlow::Continue(()),
        Message::Close(_) => return ControlFlow::Break(None),
    };
    let Ok(message) = serde_json::from_slice::<TerminalMessage>(text) else {
        return ControlFlow::Break(Some((close_code::INVALID, "a message is not understood")));
    };
    if let Some(bytes) = message.shown {
        acked.send_modify(|acked| *acked = acked.saturating_add(bytes.into()));
    }
    for input in inputs(message) {
        if frame::send(to_agent, &input).await.is_err() {
            // The session has ended; its last output is still on the way to the client.
            return ControlFlow::Continue(());
        }
    }
    let _ = to_agent.flush().await;
    ControlFlow::Continue(())
}

/// The inputs of a message. A new size comes first, since programs react to input in the size they know.
fn inputs(message: TerminalMessage) -> impl Iterator<Item = TerminalInput> {
    let TerminalMessage { data, bytes, width, height, shown: _ } = message;
    let resize = width.zip(height).map(|(width, height)| TerminalInput::Resize(size(width, height)));
    resize.into_iter().chain(data.map(TerminalInput::Text)).chain(bytes.map(TerminalInput::Bytes))
}

async fn close(to_client: &mut SplitSink<WebSocket, Message>, code: CloseCode, reason: &'static str) {
    let frame = CloseFrame { code, reason: reason.into() };
    // Best effort: the client may be gone.
    let _ = timeout(Duration::from_secs(1), to_client.send(Message::Close(Some(frame)))).await;
}
