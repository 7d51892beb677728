//! From a URL and a token to a connection with a server that knows the agent.

use std::time::Duration;

use coder_client::{DialError, dial};
use coder_mux::{
    Incoming, Mux, MuxStream,
    frame::{self, FrameError},
};
use coder_wire::agent::{AgentMessage, Hello, MAX_MESSAGE_BYTES, Manifest, PROTOCOL_VERSION, ServerMessage};
use tokio::{io::ReadHalf, io::WriteHalf, time::timeout};
use url::Url;
use uuid::Uuid;

/// How long the server may take for an answer.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(30);

/// A connection on which everything was said that comes first.
pub struct Connection {
    pub link: Mux,
    pub incoming: Incoming,
    pub read: ReadHalf<MuxStream>,
    pub write: WriteHalf<MuxStream>,
    pub manifest: Manifest,
}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The server cannot be reached or says no.
    #[error(transparent)]
    Dial(#[from] DialError),
    /// The server said something that is not understood, or nothing.
    #[error("the server does not answer as expected: {0}")]
    Protocol(String),
}

impl From<FrameError> for ConnectError {
    fn from(error: FrameError) -> Self {
        Self::Protocol(error.to_string())
    }
}

impl From<std::io::Error> for ConnectError {
    fn from(error: std::io::Error) -> Self {
        Self::Protocol(error.to_string())
    }
}

/// Connects, says hello, and asks for the manifest: on every connect and reconnect.
pub async fn connect(url: &Url, token: &str, run_id: Uuid) -> Result<Connection, ConnectError> {
    let path = ["api", "v2", "workspaceagents", "me", "rpc"];
    let (link, incoming) = dial(url, &path, &format!("version={PROTOCOL_VERSION}"), token).await?;
    match timeout(HANDSHAKE_TIMEOUT, handshake(&link, run_id)).await {
        Ok(Ok((read, write, manifest))) => Ok(Connection { link, incoming, read, write, manifest }),
        Ok(Err(error)) => {
            link.close();
            Err(error)
        }
        Err(_) => {
            link.close();
            Err(ConnectError::Protocol("no answer in time".to_owned()))
        }
    }
}

async fn handshake(
    link: &Mux,
    run_id: Uuid,
) -> Result<(ReadHalf<MuxStream>, WriteHalf<MuxStream>, Manifest), ConnectError> {
    let (mut read, mut write) = tokio::io::split(link.open().await?);
    let hello = Hello {
        protocol_version: PROTOCOL_VERSION,
        run_id,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        operating_system: std::env::consts::OS.to_owned(),
        architecture: match std::env::consts::ARCH {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            other => other,
        }
        .to_owned(),
        capabilities: Vec::new(),
    };
    // Both at once: the server answers in order, and a round trip is saved.
    frame::send(&mut write, &AgentMessage::Hello(hello)).await?;
    frame::send(&mut write, &AgentMessage::GetManifest).await?;
    match frame::receive(&mut read, MAX_MESSAGE_BYTES).await? {
        Some(ServerMessage::Welcome { .. }) => {}
        Some(ServerMessage::Refused { message }) => return Err(ConnectError::Protocol(message)),
        _ => return Err(ConnectError::Protocol("it did not welcome the agent".to_owned())),
    }
    match frame::receive(&mut read, MAX_MESSAGE_BYTES).await? {
        Some(ServerMessage::Manifest(manifest)) => Ok((read, write, *manifest)),
        _ => Err(ConnectError::Protocol("it sent no manifest".to_owned())),
    }
}
