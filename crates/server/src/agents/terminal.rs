//! Terminal sessions of a workspace in a browser, or in any program that speaks WebSocket.

use coder_http::{
    HttpError, Result,
    extract::{ClientInfo, Path, Query, header_token, is_same_origin},
};
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

/// How long the agent may take to begin a session.
const OPEN_TIMEOUT: Duration = Duration::from_secs(20);
/// The largest message of a client, in bytes: a large paste fits.
const MAX_INPUT: usize = 512 * 1024;
/// Output is passed on in messages of at most this many bytes.
const PIECE: usize = 32 * 1024;
/// As many bytes are sent to a client that says what it has shown before it has to say so. A browser's socket has no
/// back-pressure of its own: whatever comes piles up in the page.
const MAX_UNACKED_BYTES: u64 = 512 * 1024;
/// The largest terminal that is believed.
const MAX_DIMENSION: u16 = 4096;
/// How often a client is asked whether it is there.
const PING: Duration = Duration::from_secs(10);
/// A client that is silent for this long, or takes nothing, is gone.
const SILENCE: Duration = Duration::from_secs(30);

/// What a terminal is to be.
#[derive(serde::Deserialize)]
pub struct TerminalQuery {
    /// Names the session; the same again comes back to it.
    reconnect: Option<Uuid>,
    #[serde(default = "width")]
    width: u16,
    #[serde(default = "height")]
    height: u16,
    command: Option<String>,
    app: Option<String>,
    /// The client says what it has shown, and is sent no more than it can take.
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

/// Joins a client with a terminal session of the caller's workspace.
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
        // Any page can open a socket in the name of whoever looks at it: the ticket shows that one of ours did.
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
    let stream = begin(&mux, open).await?;
    let upgrade = upgrade.max_message_size(MAX_INPUT).max_frame_size(MAX_INPUT);
    Ok(upgrade.on_upgrade(move |socket| join(state, caller, mux, stream, socket, query.flow)))
}

fn size(columns: u16, rows: u16) -> TerminalSize {
    TerminalSize { columns: columns.clamp(1, MAX_DIMENSION), rows: rows.clamp(1, MAX_DIMENSION) }
}

/// Has the agent begin the session, or come back to it.
async fn begin(mux: &Mux, open: OpenTerminal) -> Result<MuxStream> {
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

/// Passes on what is typed and shown, until either side ends or the caller may not go on.
async fn join(state: AppState, caller: Caller, mux: Mux, stream: MuxStream, socket: WebSocket, flow: bool) {
    let (shown, mut said) = watch::channel(0_u64);
    let (mut to_client, mut from_client) = socket.split();
    let (mut from_agent, mut to_agent) = tokio::io::split(stream);
    let input = async {
        loop {
            match timeout(SILENCE, from_client.next()).await {
                Ok(Some(Ok(message))) => match pass_on(&message, &mut to_agent, &shown).await {
                    ControlFlow::Continue(()) => {}
                    ControlFlow::Break(goodbye) => return goodbye,
                },
                Ok(Some(Err(_)) | None) => return None,
                Err(_) => return Some((close_code::POLICY, "nothing was heard of the client")),
            }
        }
    };
    let output = async {
        let mut buffer = vec![0; PIECE];
        let mut ping = tokio::time::interval_at(Instant::now() + PING, PING);
        let mut sent = 0_u64;
        loop {
            let may_send = !flow || sent.saturating_sub(*said.borrow_and_update()) < MAX_UNACKED_BYTES;
            let message = tokio::select! {
                read = from_agent.read(&mut buffer), if may_send => match read {
                    Ok(length @ 1..) => {
                        sent += length as u64;
                        Message::Binary(Bytes::copy_from_slice(buffer.get(..length).unwrap_or_default()))
                    }
                    Ok(0) => return Some((close_code::NORMAL, "the session has ended")),
                    _ => return Some((close_code::AWAY, "the workspace is gone")),
                },
                Ok(()) = said.changed(), if !may_send => continue,
                _ = ping.tick() => Message::Ping(Bytes::new()),
            };
            // Waiting here is what holds the terminal back: nothing more is read meanwhile.
            match timeout(SILENCE, to_client.send(message)).await {
                Ok(Ok(())) => {}
                _ => return None,
            }
        }
    };
    let goodbye = tokio::select! {
        goodbye = input => goodbye,
        goodbye = output => goodbye,
        _ = mux.closed() => Some((close_code::AWAY, "the workspace is gone")),
        () = state.control.wait_until_revoked(&caller) => Some((close_code::POLICY, "you are signed out")),
        () = state.shutdown.cancelled() => Some((close_code::RESTART, "the server is stopping")),
    };
    tracing::debug!(?goodbye, "a terminal's client is gone");
    if let Some((code, reason)) = goodbye {
        say_goodbye(&mut to_client, code, reason).await;
    }
}

type CloseReason = Option<(CloseCode, &'static str)>;

/// Passes on what a client sent.
async fn pass_on(
    message: &Message,
    to_agent: &mut (impl AsyncWrite + Unpin),
    shown: &watch::Sender<u64>,
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
    if let Some(more) = message.shown {
        shown.send_modify(|shown| *shown = shown.saturating_add(more.into()));
    }
    for input in inputs(message) {
        if frame::send(to_agent, &input).await.is_err() {
            // Its last output is still on the way to the client.
            return ControlFlow::Continue(());
        }
    }
    let _ = to_agent.flush().await;
    ControlFlow::Continue(())
}

/// What a message means, a new size first: what is typed may depend on it.
fn inputs(message: TerminalMessage) -> impl Iterator<Item = TerminalInput> {
    let TerminalMessage { data, bytes, width, height, shown: _ } = message;
    let resize = width.zip(height).map(|(width, height)| TerminalInput::Resize(size(width, height)));
    resize.into_iter().chain(data.map(TerminalInput::Text)).chain(bytes.map(TerminalInput::Bytes))
}

async fn say_goodbye(to_client: &mut SplitSink<WebSocket, Message>, code: CloseCode, reason: &'static str) {
    let frame = CloseFrame { code, reason: reason.into() };
    // A courtesy: a client that cannot hear it any more learns of the end by itself.
    let _ = timeout(Duration::from_secs(1), to_client.send(Message::Close(Some(frame)))).await;
}
