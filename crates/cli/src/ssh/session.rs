//! An SSH session as its client: all of `russh` that the command line knows.

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
    client::{self, ChannelOpenHandle, DisconnectReason, Msg},
    kex,
    keys::PublicKeyOrCertificate,
    mac,
};
use tokio::io::{AsyncRead, AsyncWrite, copy_bidirectional};

use super::{
    forward::{self, ForwardTable, Forwards, RemoteForward},
    session_io::{RawMode, pump},
};
use crate::output::display_safe;

/// What is asked for: one of each is enough, both ends are ours.
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

pub struct SessionOptions {
    /// A shell when it is empty.
    pub command: String,
    /// For the environment there.
    pub variables: Vec<(String, String)>,
    pub forwards: Forwards,
    /// The workspace's name, for messages.
    pub workspace: String,
}

/// What the far side said at its end.
#[derive(Clone, Default)]
struct DisconnectMessage(Arc<Mutex<Option<String>>>);

impl DisconnectMessage {
    fn note(&self, text: String) {
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

    /// The server has let us in and the agent showed it its token: who answers is known already.
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
            DisconnectReason::ReceivedDisconnect(said) => {
                self.disconnect_message.note(said.message);
                Ok(())
            }
            DisconnectReason::Error(error) => Err(error),
        }
    }
}

/// Bytes that may be on their way out: more than the agent's window lets a channel have under way. One task of `russh` both
/// reads and writes, so a write that waited for the far side to read, while that waits for us, would wait for ever.
const SEND_BUFFER: usize = 2 * 1024 * 1024;

/// Runs a command, or a shell when it is empty. Answers the status it ended with.
pub async fn run(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    options: SessionOptions,
) -> Result<ExitCode> {
    let SessionOptions { command, variables, mut forwards, workspace } = options;
    let table = ForwardTable::of(&forwards)?;
    let gpg_place = table.gpg.clone();
    let disconnect_message = DisconnectMessage::default();
    let handler = Handler { table, disconnect_message: disconnect_message.clone() };
    let config =
        client::Config { preferred: ALGORITHMS, inactivity_timeout: None, ..client::Config::default() };
    let (near, far) = tokio::io::duplex(SEND_BUFFER);
    tokio::spawn(async move {
        let (mut far, mut stream) = (far, stream);
        let copied = copy_bidirectional(&mut far, &mut stream).await;
        tracing::debug!(?copied, "the connection to the workspace ended");
    });
    let mut session =
        client::connect_stream(Arc::new(config), near, handler).await.context("connect to the workspace")?;
    let signed_in = session.authenticate_none("coder").await.context("connect to the workspace")?;
    if !signed_in.success() {
        bail!("the workspace does not let anybody in");
    }
    if let Some(gpg) = forwards.gpg.take() {
        let path = gpg.prepare(&session, &variables).await.context("lend the gpg-agent")?;
        let (path, to) = gpg_place.get_or_init(|| (path, gpg.socket)).clone();
        forwards.remote.push(RemoteForward::Socket { path, to });
    }
    let channel = session.channel_open_session().await.context("open a session in the workspace")?;
    forward::request_forwards(&session, &forwards).await?;
    // None of these is waited for: the answers come with the first output.
    for (name, value) in variables {
        channel.set_env(false, name, value).await?;
    }
    if forwards.agent {
        channel.agent_forward(false).await?;
    }
    let interactive = command.is_empty() && stdin().is_terminal() && stdout().is_terminal();
    let status = if interactive {
        let (columns, rows) = terminal::size().unwrap_or((80, 24));
        let term = std::env::var("TERM").unwrap_or_else(|_| "xterm-256color".to_owned());
        channel.request_pty(false, &term, columns.into(), rows.into(), 0, 0, &[]).await?;
        channel.request_shell(true).await?;
        let _raw = RawMode::enter()?;
        pump(channel, true).await
    } else {
        if command.is_empty() {
            channel.request_shell(true).await?;
        } else {
            channel.exec(true, command).await?;
        }
        pump(channel, false).await
    };
    let _ = session.disconnect(russh::Disconnect::ByApplication, "", "").await;
    if let Some(code) = status? {
        return Ok(ExitCode::from(code));
    }
    match disconnect_message.take().filter(|text| !text.is_empty()) {
        Some(text) => eprintln!("{}", display_safe(&text)),
        None => {
            eprintln!("The connection to the workspace was lost. Connect again with: coder ssh {workspace}");
        }
    }
    Ok(ExitCode::from(EXIT_CONNECTION_LOST))
}

/// The status of a session whose connection broke, as `ssh` has it.
const EXIT_CONNECTION_LOST: u8 = 255;
