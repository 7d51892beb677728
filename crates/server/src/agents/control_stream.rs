//! The control stream of an agent: its messages and the server's responses.

use std::time::Duration;

use coder_control::{AgentInfo, AgentSession, Error, NewLine};
use coder_model::workspace::Warning;
use coder_mux::{
    Incoming, Mux, MuxStream,
    frame::{self, FrameError},
};
use coder_wire::agent::{AgentMessage, Hello, MAX_MESSAGE_BYTES, PROTOCOL_VERSION, ServerMessage};
use tokio::time::timeout;
use uuid::Uuid;

use super::manifest;
use crate::AppState;

const HELLO_TIMEOUT: Duration = Duration::from_secs(10);
/// Log lines accepted in one message; more are dropped.
const MAX_LINES: usize = 1000;

/// Why a control stream ended.
#[derive(Debug, thiserror::Error)]
pub enum ControlStreamError {
    /// The first message was not a hello, or did not come in time.
    #[error("the agent did not say hello")]
    NoHello,
    #[error("the agent speaks protocol {0}")]
    Protocol(u32),
    #[error(transparent)]
    Frame(#[from] FrameError),
    #[error(transparent)]
    Control(#[from] Error),
}

/// Serves an agent until it disconnects.
pub async fn serve(
    state: &AppState,
    session: &AgentSession,
    mux: &Mux,
    mut incoming: Incoming,
) -> Result<(), ControlStreamError> {
    let opened = timeout(HELLO_TIMEOUT, receive_hello(&mut incoming)).await;
    let (mut stream, hello) = opened.map_err(|_| ControlStreamError::NoHello)??;
    if hello.protocol_version != PROTOCOL_VERSION {
        let message = "The server speaks another protocol: use a coder of the server's version as the agent.";
        frame::send(&mut stream, &ServerMessage::Refused { message: message.to_owned() }).await?;
        return Err(ControlStreamError::Protocol(hello.protocol_version));
    }
    let info = AgentInfo {
        operating_system: hello.operating_system,
        architecture: hello.architecture,
        version: hello.version,
    };
    state.control.agent_connected(session, &info).await?;
    state.agents.insert(session.id(), session.connection(), mux.clone());
    let version = env!("CARGO_PKG_VERSION").to_owned();
    frame::send(&mut stream, &ServerMessage::Welcome { version }).await?;
    while let Some(message) = frame::receive(&mut stream, MAX_MESSAGE_BYTES).await? {
        if let Some(response) = handle_message(state, session, hello.run_id, message).await? {
            frame::send(&mut stream, &response).await?;
        }
    }
    Ok(())
}

async fn receive_hello(incoming: &mut Incoming) -> Result<(MuxStream, Hello), ControlStreamError> {
    let mut stream = incoming.accept().await.ok_or(ControlStreamError::NoHello)?;
    match frame::receive(&mut stream, MAX_MESSAGE_BYTES).await? {
        Some(AgentMessage::Hello(hello)) => Ok((stream, hello)),
        _ => Err(ControlStreamError::NoHello),
    }
}

async fn handle_message(
    state: &AppState,
    session: &AgentSession,
    run: Uuid,
    message: AgentMessage,
) -> Result<Option<ServerMessage>, ControlStreamError> {
    let control = &state.control;
    match message {
        AgentMessage::Hello(_) => return Err(ControlStreamError::NoHello),
        AgentMessage::GetManifest => {
            let manifest = control.manifest(session).await?;
            return Ok(Some(ServerMessage::Manifest(Box::new(manifest::to_wire(session, manifest)))));
        }
        AgentMessage::Directory { path } => control.set_agent_directory(session, &path).await?,
        AgentMessage::Lifecycle { state, at } => control.set_lifecycle(session, &state, at.into()).await?,
        AgentMessage::Delivery { build_id, warnings } => {
            let warnings = warnings
                .into_iter()
                .map(|warning| Warning { secret: warning.secret, message: warning.message })
                .collect();
            control.report_delivery(session, build_id.into(), warnings).await?;
        }
        AgentMessage::AppHealth { build_id, slug, health } => {
            control.set_app_health(session, build_id.into(), &slug, &health).await?;
        }
        AgentMessage::Logs { batch, source_id, lines } => {
            let lines = lines
                .into_iter()
                .take(MAX_LINES)
                .map(|line| NewLine { at: line.at.into(), level: line.level, output: line.output })
                .collect();
            control.store_agent_logs(session, run, batch, source_id.into(), lines).await?;
            return Ok(Some(ServerMessage::LogsStored { batch }));
        }
    }
    Ok(None)
}
