//! Requests of an authenticated SSH client.
// As in tests, a panic is a finding.
#![allow(clippy::unwrap_used)]

use std::{path::PathBuf, sync::Arc};

use coder_wire::agent::Manifest;
use russh::{
    Channel, Pty, Sig,
    client::{self, Handle, Msg},
    keys::PublicKeyOrCertificate,
};
use tokio::{runtime::Builder, time::timeout};
use uuid::Uuid;

use super::END_TIMEOUT;
use crate::ssh;

/// In one connection.
const MAX_REQUESTS: usize = 64;
/// Open channels of one connection.
const MAX_CHANNELS: usize = 8;

struct Handler;

impl client::Handler for Handler {
    type Error = russh::Error;

    async fn check_server_key(&mut self, _: &PublicKeyOrCertificate) -> Result<bool, Self::Error> {
        Ok(true)
    }
}

/// Makes the requests that the bytes encode, in order. The server must end the connection once the client has
/// disconnected.
pub fn session(data: &[u8]) {
    let Ok(runtime) = Builder::new_current_thread().enable_all().build() else { return };
    let Some(workspace) = super::workspace() else { return };
    let Ok(directory) = tempfile::tempdir() else { return };
    workspace.set_ready(Arc::new(Manifest {
        agent_id: Uuid::nil(),
        agent_name: "main".to_owned(),
        workspace_id: Uuid::nil(),
        workspace_name: "dev".to_owned(),
        owner_name: "me".to_owned(),
        build_id: Uuid::nil(),
        directory: directory.path().to_str().map(str::to_owned),
        agent_env: Vec::new(),
        env: Vec::new(),
        scripts: Vec::new(),
        apps: Vec::new(),
        log_source_id: Uuid::nil(),
        secrets: Vec::new(),
    }));
    runtime.block_on(async {
        let (server, stream) = tokio::io::duplex(1 << 20);
        let client = async {
            let config = Arc::new(client::Config::default());
            let mut handle = client::connect_stream(config, stream, Handler).await.unwrap();
            assert!(handle.authenticate_none("me").await.unwrap().success());
            let mut requests =
                Requests { rest: data, directory: directory.path().to_owned(), channels: Vec::new() };
            for _ in 0..MAX_REQUESTS {
                // A rejected request is no reason to stop; a closed connection is.
                if requests.rest.is_empty() || requests.next(&mut handle).await.is_none() {
                    break;
                }
            }
        };
        let both = async { tokio::join!(ssh::serve(workspace, server), client) };
        assert!(timeout(END_TIMEOUT, both).await.is_ok(), "the connection must end");
    });
}

/// Decodes requests from bytes.
struct Requests<'a> {
    rest: &'a [u8],
    directory: PathBuf,
    channels: Vec<Channel<Msg>>,
}

impl<'a> Requests<'a> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.rest.split_first() else { return 0 };
        self.rest = rest;
        *first
    }

    fn number(&mut self) -> u32 {
        u32::from_be_bytes([self.byte(), self.byte(), self.byte(), self.byte()])
    }

    fn bytes(&mut self) -> &'a [u8] {
        let length = usize::from(self.byte());
        let (bytes, rest) = self.rest.split_at(length.min(self.rest.len()));
        self.rest = rest;
        bytes
    }

    fn text(&mut self) -> String {
        String::from_utf8_lossy(self.bytes()).into_owned()
    }

    /// A port on which nothing listens, or which is not a valid one.
    fn port(&mut self) -> u32 {
        self.number() << 16 | u32::from(self.byte() & 1)
    }

    /// A path in this connection's temporary directory.
    fn path(&mut self) -> String {
        let name = self.text().replace(['/', '.'], "_");
        self.directory.join(name).display().to_string()
    }

    fn modes(&mut self) -> Vec<(Pty, u32)> {
        (0..self.byte() % 16).filter_map(|_| Some((Pty::from_u8(self.byte())?, self.number()))).collect()
    }

    /// Makes the next request; none when the connection is closed.
    async fn next(&mut self, handle: &mut Handle<Handler>) -> Option<()> {
        let (what, which) = (self.byte(), usize::from(self.byte()));
        match what % 18 {
            0 if self.channels.len() < MAX_CHANNELS => {
                self.channels.extend(handle.channel_open_session().await.ok());
            }
            1 if self.channels.len() < MAX_CHANNELS => {
                let (host, port) = (if which & 1 == 0 { "127.0.0.1" } else { "::1" }, self.port());
                self.channels.extend(handle.channel_open_direct_tcpip(host, port, "", 0).await.ok());
            }
            2 if self.channels.len() < MAX_CHANNELS => {
                let path = self.path();
                self.channels.extend(handle.channel_open_direct_streamlocal(path).await.ok());
            }
            3 => drop(handle.tcpip_forward(self.text(), self.number() << 16).await),
            4 => drop(handle.cancel_tcpip_forward(self.text(), self.number()).await),
            5 => drop(handle.streamlocal_forward(self.path()).await),
            6 => drop(handle.cancel_streamlocal_forward(self.path()).await),
            // Unknown names only: the known ones are above, within limits.
            7 => {
                let name = format!("{}-", self.text());
                drop(handle.send_global_request(name, self.bytes(), true).await);
            }
            other => return self.in_channel(other, which).await,
        }
        (!handle.is_closed()).then_some(())
    }

    async fn in_channel(&mut self, what: u8, which: usize) -> Option<()> {
        if self.channels.is_empty() {
            return Some(());
        }
        let mut channels = std::mem::take(&mut self.channels);
        let at = which % channels.len();
        let sent = match channels.get(at) {
            Some(channel) => self.send(channel, what).await,
            None => Ok(()),
        };
        if what == 17 {
            channels.remove(at);
        }
        self.channels = channels;
        sent.ok()
    }

    async fn send(&mut self, channel: &Channel<Msg>, what: u8) -> Result<(), russh::Error> {
        match what {
            8 => {
                let (columns, rows) = (self.number(), self.number());
                let (term, modes) = (self.text(), self.modes());
                channel.request_pty(true, &term, columns, rows, 0, 0, &modes).await
            }
            9 => channel.set_env(true, self.text(), self.text()).await,
            10 => channel.request_shell(true).await,
            11 => channel.exec(true, self.bytes()).await,
            // Never `sftp`, which would read and write files of this machine.
            12 => channel.request_subsystem(true, format!("{}-", self.text())).await,
            13 => channel.window_change(self.number(), self.number(), 0, 0).await,
            14 => channel.signal(Sig::Custom(self.text())).await,
            15 => channel.data_bytes(self.bytes().repeat(usize::from(self.byte()) * 4)).await,
            16 => channel.eof().await,
            17 => channel.close().await,
            _ => channel.agent_forward(true).await,
        }
    }
}
