//! What a client that was let in may ask for.
// As in tests: what fails here is what is looked for.
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

/// Requests of one connection.
const MAX_REQUESTS: usize = 64;
/// Channels of one connection, those that are refused not counted.
const MAX_CHANNELS: usize = 8;

struct Handler;

impl client::Handler for Handler {
    type Error = russh::Error;

    async fn check_server_key(&mut self, _: &PublicKeyOrCertificate) -> Result<bool, Self::Error> {
        Ok(true)
    }
}

/// An SSH client that was let in and asks for what these bytes say, in their order. The agent ends the connection once the
/// client is gone.
pub fn session(data: &[u8]) {
    let Ok(runtime) = Builder::new_current_thread().enable_all().build() else { return };
    let Some(workspace) = super::workspace() else { return };
    let Ok(folder) = tempfile::tempdir() else { return };
    workspace.set_ready(Arc::new(Manifest {
        agent_id: Uuid::nil(),
        agent_name: "main".to_owned(),
        workspace_id: Uuid::nil(),
        workspace_name: "dev".to_owned(),
        owner_name: "me".to_owned(),
        build_id: Uuid::nil(),
        directory: folder.path().to_str().map(str::to_owned),
        agent_env: Vec::new(),
        env: Vec::new(),
        scripts: Vec::new(),
        apps: Vec::new(),
        log_source_id: Uuid::nil(),
        secrets: Vec::new(),
    }));
    runtime.block_on(async {
        let (near, far) = tokio::io::duplex(1 << 20);
        let client = async {
            let config = Arc::new(client::Config::default());
            let mut handle = client::connect_stream(config, far, Handler).await.unwrap();
            assert!(handle.authenticate_none("me").await.unwrap().success());
            let mut requests = Requests { rest: data, folder: folder.path().to_owned(), channels: Vec::new() };
            for _ in 0..MAX_REQUESTS {
                // What is refused is no reason to ask for nothing more; a connection that is gone is.
                if requests.rest.is_empty() || requests.next(&mut handle).await.is_none() {
                    break;
                }
            }
        };
        let both = async { tokio::join!(ssh::serve(workspace, near), client) };
        assert!(timeout(END_TIMEOUT, both).await.is_ok(), "the connection does not end");
    });
}

/// Requests as bytes tell them.
struct Requests<'a> {
    rest: &'a [u8],
    folder: PathBuf,
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

    /// A port on which nothing listens, or which is none.
    fn port(&mut self) -> u32 {
        self.number() << 16 | u32::from(self.byte() & 1)
    }

    /// A path in a folder of this connection's own.
    fn path(&mut self) -> String {
        let name = self.text().replace(['/', '.'], "_");
        self.folder.join(name).display().to_string()
    }

    fn modes(&mut self) -> Vec<(Pty, u32)> {
        (0..self.byte() % 16).filter_map(|_| Some((Pty::from_u8(self.byte())?, self.number()))).collect()
    }

    /// Asks for the next thing; none when the connection is gone.
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
            // Names that nobody knows: those that are known have bounds above.
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
        let told = match channels.get(at) {
            Some(channel) => self.tell(channel, what).await,
            None => Ok(()),
        };
        if what == 17 {
            channels.remove(at);
        }
        self.channels = channels;
        told.ok()
    }

    async fn tell(&mut self, channel: &Channel<Msg>, what: u8) -> Result<(), russh::Error> {
        match what {
            8 => {
                let (columns, rows) = (self.number(), self.number());
                let (term, modes) = (self.text(), self.modes());
                channel.request_pty(true, &term, columns, rows, 0, 0, &modes).await
            }
            9 => channel.set_env(true, self.text(), self.text()).await,
            10 => channel.request_shell(true).await,
            11 => channel.exec(true, self.bytes()).await,
            // The one that there is would read and write files here.
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
