//! Remote forwarding: what the workspace may reach on this machine.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, OnceLock},
};

use anyhow::{Context as _, Result, bail};
use russh::{
    Channel, ChannelOpenFailure,
    client::{ChannelOpenHandle, Msg},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, copy_bidirectional},
    net::{TcpStream, UnixStream},
};

use super::gpg::GpgForward;

#[derive(Debug, Clone, Default)]
pub struct Forwards {
    pub agent: bool,
    pub gpg: Option<GpgForward>,
    pub remote: Vec<RemoteForward>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RemoteForward {
    /// A port of the workspace, to a host and port as seen from this machine.
    Port { address: String, port: u16, to: (String, u16) },
    /// A socket of the workspace, to a socket of this machine.
    Socket { path: String, to: PathBuf },
}

impl RemoteForward {
    /// `[ADDRESS:]PORT:HOST:HOSTPORT` or `SOCKET:YOUR_SOCKET`.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.starts_with('/') || text.starts_with("~/") {
            return match text.split_once(':') {
                Some((path, to)) if !to.is_empty() => {
                    Ok(Self::Socket { path: path.to_owned(), to: PathBuf::from(to) })
                }
                _ => Err("it must be SOCKET:YOUR_SOCKET".to_owned()),
            };
        }
        let parts = split(text);
        let (address, rest) = match parts.as_slice() {
            [address, rest @ ..] if rest.len() == 3 => (*address, rest),
            rest => ("localhost", rest),
        };
        match rest {
            [port, host, host_port] if !host.is_empty() => {
                let number =
                    |text: &str| text.parse().map_err(|_| format!("{text:?} is not a port from 0 to 65535"));
                Ok(Self::Port {
                    address: address.to_owned(),
                    port: number(port)?,
                    to: ((*host).to_owned(), number(host_port)?),
                })
            }
            _ => Err("it must be [ADDRESS:]PORT:HOST:HOSTPORT or SOCKET:YOUR_SOCKET".to_owned()),
        }
    }
}

/// Splits at colons, but for those in brackets.
fn split(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    loop {
        let end = match rest.strip_prefix('[').and_then(|inside| inside.split_once(']')) {
            Some((inside, after)) => {
                parts.push(inside);
                rest = after.strip_prefix(':').unwrap_or(after);
                if after.is_empty() {
                    return parts;
                }
                continue;
            }
            None => rest.find(':'),
        };
        match end.and_then(|at| rest.split_at_checked(at)) {
            Some((part, after)) => {
                parts.push(part);
                rest = after.strip_prefix(':').unwrap_or(after);
            }
            None => {
                parts.push(rest);
                return parts;
            }
        }
    }
}

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
    pub fn of(forwards: &Forwards) -> Result<Self> {
        let mut table = Self::default();
        if forwards.agent {
            let socket = std::env::var_os("SSH_AUTH_SOCK").filter(|path| !path.is_empty());
            table.agent = Some(
                socket.map(PathBuf::from).context("there is no key agent to lend: SSH_AUTH_SOCK is not set")?,
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
        tokio::spawn(async move { join(channel, reply, UnixStream::connect(path).await).await });
    }

    /// Connects a channel to the target of a port, or to the one of port 0 when the workspace allocated the port.
    pub async fn to_port(&self, address: &str, port: u32, channel: Channel<Msg>, reply: ChannelOpenHandle) {
        let exact = self.ports.get(&(address.to_owned(), port));
        let Some((host, port)) = exact.or_else(|| self.ports.get(&(address.to_owned(), 0))).cloned() else {
            return reply.reject(ChannelOpenFailure::AdministrativelyProhibited).await;
        };
        tokio::spawn(async move { join(channel, reply, TcpStream::connect((host, port)).await).await });
    }

    /// Connects a channel to the target of a socket.
    pub async fn to_socket(&self, path: &str, channel: Channel<Msg>, reply: ChannelOpenHandle) {
        let gpg = || self.gpg.get().filter(|(place, _)| place == path).map(|(_, socket)| socket);
        let Some(path) = self.sockets.get(path).or_else(gpg).cloned() else {
            return reply.reject(ChannelOpenFailure::AdministrativelyProhibited).await;
        };
        tokio::spawn(async move { join(channel, reply, UnixStream::connect(path).await).await });
    }
}

async fn join(
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

/// Requests the remote listeners.
pub async fn request_forwards<H: russh::client::Handler>(
    session: &russh::client::Handle<H>,
    forwards: &Forwards,
) -> Result<()> {
    for forward in &forwards.remote {
        match forward {
            RemoteForward::Port { address, port, .. } => {
                let Ok(chosen) = session.tcpip_forward(address.as_str(), u32::from(*port)).await else {
                    bail!("the workspace cannot listen on port {port}; is it in use there?");
                };
                if *port == 0 {
                    anstream::eprintln!("The workspace listens on port {chosen}.");
                }
            }
            RemoteForward::Socket { path, .. } => {
                if session.streamlocal_forward(path.as_str()).await.is_err() {
                    bail!("the workspace cannot listen on {path}; is something there already?");
                }
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specifications_are_parsed() {
        let port = |address: &str, port, host: &str, to| {
            Ok(RemoteForward::Port { address: address.to_owned(), port, to: (host.to_owned(), to) })
        };
        assert_eq!(RemoteForward::parse("8080:localhost:3000"), port("localhost", 8080, "localhost", 3000));
        assert_eq!(RemoteForward::parse("127.0.0.1:0:[::1]:3000"), port("127.0.0.1", 0, "::1", 3000));
        assert_eq!(RemoteForward::parse("[::1]:80:a:1"), port("::1", 80, "a", 1));
        assert_eq!(
            RemoteForward::parse("/tmp/a:/tmp/b"),
            Ok(RemoteForward::Socket { path: "/tmp/a".to_owned(), to: PathBuf::from("/tmp/b") })
        );
        for wrong in ["", "8080", "8080:localhost", "x:localhost:1", "1:localhost:70000", "/tmp/a", "1::2"] {
            assert!(RemoteForward::parse(wrong).is_err(), "{wrong}");
        }
    }
}
