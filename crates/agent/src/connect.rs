//! Connecting to the server, up to the manifest.

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

const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(30);

/// A connection after the handshake. `read` and `write` are its control stream.
pub struct Connection {
    pub mux: Mux,
    pub incoming: Incoming,
    pub read: ReadHalf<MuxStream>,
    pub write: WriteHalf<MuxStream>,
    pub manifest: Manifest,
}

#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error(transparent)]
    Dial(#[from] DialError),
    #[error("unexpected response from the server: {0}")]
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

/// Connects, sends hello, and gets the manifest: on every connect and reconnect.
pub async fn connect(url: &Url, token: &str, run_id: Uuid) -> Result<Connection, ConnectError> {
    let path = ["api", "v2", "workspaceagents", "me", "rpc"];
    let (mux, incoming) = dial(url, &path, &format!("version={PROTOCOL_VERSION}"), token).await?;
    match timeout(HANDSHAKE_TIMEOUT, handshake(&mux, run_id)).await {
        Ok(Ok((read, write, manifest))) => Ok(Connection { mux, incoming, read, write, manifest }),
        Ok(Err(error)) => {
            mux.close();
            Err(error)
        }
        Err(_) => {
            mux.close();
            Err(ConnectError::Protocol("no response in time".to_owned()))
        }
    }
}

async fn handshake(
    mux: &Mux,
    run_id: Uuid,
) -> Result<(ReadHalf<MuxStream>, WriteHalf<MuxStream>, Manifest), ConnectError> {
    let (mut read, mut write) = tokio::io::split(mux.open().await?);
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
    // The server responds in order, so sending both at once saves a round trip.
    frame::send(&mut write, &AgentMessage::Hello(hello)).await?;
    frame::send(&mut write, &AgentMessage::GetManifest).await?;
    match frame::receive(&mut read, MAX_MESSAGE_BYTES).await? {
        Some(ServerMessage::Welcome { .. }) => {}
        Some(ServerMessage::Refused { message }) => return Err(ConnectError::Protocol(message)),
        _ => return Err(ConnectError::Protocol("it sent no welcome".to_owned())),
    }
    match frame::receive(&mut read, MAX_MESSAGE_BYTES).await? {
        Some(ServerMessage::Manifest(manifest)) => Ok((read, write, *manifest)),
        _ => Err(ConnectError::Protocol("it sent no manifest".to_owned())),
    }
}
