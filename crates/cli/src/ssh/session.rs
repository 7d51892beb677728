//! The SSH client of `coder ssh`.

use std::{
    borrow::Cow,
    io::{IsTerminal, stdin, stdout},
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
};

use anstream::eprintln;
use anyhow::{Context as _, Result, bail};
use crossterm::terminal;
use russh::{
    Channel, Preferred, cipher,
    client::{self, ChannelOpenHandle, DisconnectReason, Handle, Msg},
    kex,
    keys::PublicKeyOrCertificate,
    mac,
};
use tokio::io::{AsyncRead, AsyncWrite, copy_bidirectional};

use super::{
    forward::{ForwardTable, Forwards, RemoteForward, request_forwards},
    session_io::{RawMode, pump},
};
use crate::output::display_safe;

/// One of each is enough: the server is always the agent.
const ALGORITHMS: Preferred = Preferred {
    kex: Cow::Borrowed(&[
        kex::CURVE25519,
        kex::EXTENSION_SUPPORT_AS_CLIENT,
        kex::EXTENSION_OPENSSH_STRICT_KEX_AS_CLIENT,
    ]),
    cipher: Cow::Borrowed(&[cipher::AES_128_GCM]),
    mac: Cow::Borrowed(&[mac::HMAC_SHA256_ETM]),
    ..Preferred::DEFAULT
};

/// More than the agent's window allows a channel to send. One task of `russh` both reads and writes, so a write that waits
/// for the agent to read, which in turn waits for this side to read, would deadlock.
const SEND_BUFFER: usize = 2 * 1024 * 1024;
/// As with OpenSSH.
const EXIT_CONNECTION_LOST: u8 = 255;

pub struct SessionOptions {
    /// A shell when it is empty.
    pub command: String,
    /// Environment variables of the remote process.
    pub variables: Vec<(String, String)>,
    pub forwards: Forwards,
    /// The workspace's name, for messages.
    pub workspace: String,
}

/// Message of the SSH disconnect packet.
#[derive(Clone, Default)]
struct DisconnectMessage(Arc<Mutex<Option<String>>>);

impl DisconnectMessage {
    fn set(&self, text: String) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(text);
    }

    fn take(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

struct Handler {
    table: ForwardTable,
    disconnect_message: DisconnectMessage,
}

impl client::Handler for Handler {
    type Error = russh::Error;

    /// The Coder server has authenticated both this client and the agent, so the host key adds nothing.
    async fn check_server_key(&mut self, _: &PublicKeyOrCertificate) -> Result<bool, Self::Error> {
        Ok(true)
    }

    async fn server_channel_open_agent_forward(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _: &mut client::Session,
    ) -> Result<(), Self::Error> {
        self.table.to_agent(channel, reply).await;
        Ok(())
    }

    async fn server_channel_open_forwarded_tcpip(
        &mut self,
        channel: Channel<Msg>,
        address: &str,
        port: u32,
        _: &str,
        _: u32,
        reply: ChannelOpenHandle,
        _: &mut client::Session,
    ) -> Result<(), Self::Error> {
        self.table.to_port(address, port, channel, reply).await;
        Ok(())
    }

    async fn server_channel_open_forwarded_streamlocal(
        &mut self,
        channel: Channel<Msg>,
        path: &str,
        reply: ChannelOpenHandle,
        _: &mut client::Session,
    ) -> Result<(), Self::Error> {
        self.table.to_socket(path, channel, reply).await;
        Ok(())
    }

    async fn disconnected(&mut self, reason: DisconnectReason<Self::Error>) -> Result<(), Self::Error> {
        match reason {
            DisconnectReason::ReceivedDisconnect(packet) => {
                self.disconnect_message.set(packet.message);
                Ok(())
            }
            DisconnectReason::Error(error) => Err(error),
        }
    }
}

/// Runs a command, or a shell when it is empty, and returns its exit status.
pub async fn run(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    options: SessionOptions,
) -> Result<ExitCode> {
    let SessionOptions { command, variables, mut forwards, workspace } = options;
    let table = ForwardTable::new(&forwards)?;
    let gpg_target = table.gpg.clone();
    let disconnect_message = DisconnectMessage::default();
    let handler = Handler { table, disconnect_message: disconnect_message.clone() };
    let session = connect(stream, handler).await?;
    if let Some(gpg) = forwards.gpg.take() {
        let path = gpg.prepare(&session, &variables).await.context("forward the gpg-agent")?;
        let (path, to) = gpg_target.get_or_init(|| (path, gpg.socket)).clone();
        forwards.remote.push(RemoteForward::Socket { path, to });
    }
    let channel = session.channel_open_session().await.context("open a session in the workspace")?;
    request_forwards(&session, &forwards).await?;
    let raw_mode = start_process(&channel, command, variables, forwards.agent).await?;
    let status = pump(channel, raw_mode.is_some()).await;
    drop(raw_mode);
    let _ = session.disconnect(russh::Disconnect::ByApplication, "", "").await;
    Ok(exit_code(status?, &disconnect_message, &workspace))
}

/// Connects and authenticates.
async fn connect(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    handler: Handler,
) -> Result<Handle<Handler>> {
    let config =
        client::Config { preferred: ALGORITHMS, inactivity_timeout: None, ..client::Config::default() };
    let (client_end, mut buffered) = tokio::io::duplex(SEND_BUFFER);
    tokio::spawn(async move {
        let mut stream = stream;
        let copied = copy_bidirectional(&mut buffered, &mut stream).await;
        tracing::debug!(?copied, "the connection to the workspace ended");
    });
    let mut session = client::connect_stream(Arc::new(config), client_end, handler)
        .await
        .context("connect to the workspace")?;
    let authenticated = session.authenticate_none("coder").await.context("connect to the workspace")?;
    if !authenticated.success() {
        bail!("SSH authentication failed");
    }
    Ok(session)
}

/// Starts the command, or a shell. With a shell on a terminal, the local terminal is in raw mode until the returned guard is
/// dropped. The replies are not awaited: they arrive with the first output.
async fn start_process(
    channel: &Channel<Msg>,
    command: String,
    variables: Vec<(String, String)>,
    forward_agent: bool,
) -> Result<Option<RawMode>> {
    for (name, value) in variables {
        channel.set_env(false, name, value).await?;
    }
    if forward_agent {
        channel.agent_forward(false).await?;
    }
    if !command.is_empty() {
        channel.exec(true, command).await?;
        return Ok(None);
    }
    if !stdin().is_terminal() || !stdout().is_terminal() {
        channel.request_shell(true).await?;
        return Ok(None);
    }
    let (columns, rows) = terminal::size().unwrap_or((80, 24));
    let term = std::env::var("TERM").unwrap_or_else(|_| "xterm-256color".to_owned());
    channel.request_pty(false, &term, columns.into(), rows.into(), 0, 0, &[]).await?;
    channel.request_shell(true).await?;
    RawMode::enter().map(Some)
}

/// The status of this program: the remote one, or 255 with a message when the connection ended without one.
fn exit_code(status: Option<u8>, disconnect_message: &DisconnectMessage, workspace: &str) -> ExitCode {
    if let Some(code) = status {
        return ExitCode::from(code);
    }
    match disconnect_message.take().filter(|text| !text.is_empty()) {
        Some(text) => eprintln!("{}", display_safe(&text)),
        None => {
            eprintln!("The connection to the workspace was lost. Connect again with: coder ssh {workspace}");
        }
    }
    ExitCode::from(EXIT_CONNECTION_LOST)
}
