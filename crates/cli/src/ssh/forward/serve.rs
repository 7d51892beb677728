//! Serving the channels that the workspace opens for forwarding.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, OnceLock},
};

use anyhow::{Context as _, Result};
use russh::{
    Channel, ChannelOpenFailure,
    client::{ChannelOpenHandle, Msg},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, copy_bidirectional},
    net::{TcpStream, UnixStream},
};

use super::spec::{Forwards, RemoteForward};

/// Targets of the channels that the workspace may open.
#[derive(Default)]
pub struct ForwardTable {
    pub agent: Option<PathBuf>,
    pub ports: HashMap<(String, u32), (String, u16)>,
    pub sockets: HashMap<String, PathBuf>,
    /// The gpg-agent: its remote socket, which is only known after connecting, and the local one.
    pub gpg: Arc<OnceLock<(String, PathBuf)>>,
}

impl ForwardTable {
    /// Forwarding targets known before connecting; dynamically allocated ports follow.
    pub fn new(forwards: &Forwards) -> Result<Self> {
        let mut table = Self::default();
        if forwards.agent {
            let socket = std::env::var_os("SSH_AUTH_SOCK").filter(|path| !path.is_empty());
            table.agent = Some(
                socket.map(PathBuf::from).context("cannot forward the SSH agent: SSH_AUTH_SOCK is not set")?,
            );
        }
        for forward in &forwards.remote {
            match forward {
                RemoteForward::Port { address, port, to } => {
                    table.ports.insert((address.clone(), u32::from(*port)), to.clone());
                }
                RemoteForward::Socket { path, to } => {
                    table.sockets.insert(path.clone(), to.clone());
                }
            }
        }
        Ok(table)
    }

    /// Connects a channel to the SSH agent, if it is forwarded.
    pub async fn to_agent(&self, channel: Channel<Msg>, reply: ChannelOpenHandle) {
        let Some(path) = self.agent.clone() else {
            return reply.reject(ChannelOpenFailure::AdministrativelyProhibited).await;
        };
        tokio::spawn(async move { relay(channel, reply, UnixStream::connect(path).await).await });
    }

    /// Connects a channel to the target of a port, or to the one of port 0 when the workspace allocated the port.
    pub async fn to_port(&self, address: &str, port: u32, channel: Channel<Msg>, reply: ChannelOpenHandle) {
        let exact = self.ports.get(&(address.to_owned(), port));
        let Some((host, port)) = exact.or_else(|| self.ports.get(&(address.to_owned(), 0))).cloned() else {
            return reply.reject(ChannelOpenFailure::AdministrativelyProhibited).await;
        };
        tokio::spawn(async move { relay(channel, reply, TcpStream::connect((host, port)).await).await });
    }

    /// Connects a channel to the target of a socket.
    pub async fn to_socket(&self, path: &str, channel: Channel<Msg>, reply: ChannelOpenHandle) {
        let gpg = || self.gpg.get().filter(|(place, _)| place == path).map(|(_, socket)| socket);
        let Some(path) = self.sockets.get(path).or_else(gpg).cloned() else {
            return reply.reject(ChannelOpenFailure::AdministrativelyProhibited).await;
        };
        tokio::spawn(async move { relay(channel, reply, UnixStream::connect(path).await).await });
    }
}

async fn relay(
    channel: Channel<Msg>,
    reply: ChannelOpenHandle,
    connected: std::io::Result<impl AsyncRead + AsyncWrite + Unpin>,
) {
    match connected {
        Ok(mut connection) => {
            reply.accept().await;
            // Either side may close the connection at any time, so its errors are of no interest.
            let _ = copy_bidirectional(&mut channel.into_stream(), &mut connection).await;
        }
        Err(error) => {
            tracing::debug!(%error, "cannot connect a forwarded channel");
            reply.reject(ChannelOpenFailure::ConnectFailed).await;
        }
    }
}
