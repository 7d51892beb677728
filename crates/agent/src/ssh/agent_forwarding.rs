//! SSH agent forwarding, for as long as the client is connected.

use std::io;

use russh::server::Handle;
use tempfile::TempDir;
use tokio::{net::UnixListener, task::JoinSet};

use super::{forward::forward_incoming, forwarded::ForwardedChannels};

/// A socket to the client's SSH agent. Dropping it removes the socket.
pub struct AgentForwarding {
    path: String,
    _directory: TempDir,
    _listener: JoinSet<()>,
}

impl AgentForwarding {
    /// Creates the socket in a new directory with mode 0700.
    pub fn listen(channels: &ForwardedChannels, handle: &Handle) -> io::Result<Self> {
        let directory = tempfile::Builder::new().prefix("coder-auth-").tempdir()?;
        let path = directory.path().join("agent.sock");
        let listener = UnixListener::bind(&path)?;
        let (channels, handle) = (channels.clone(), handle.clone());
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (channels, handle) = (channels.clone(), handle.clone());
                tokio::spawn(async move {
                    forward_incoming(handle.channel_open_agent(), &channels, &handle, stream).await;
                });
            }
        });
        let path = path.into_os_string().into_string().map_err(|_| io::ErrorKind::InvalidFilename)?;
        Ok(Self { path, _directory: directory, _listener: tasks })
    }

    /// The value of `SSH_AUTH_SOCK`.
    pub fn path(&self) -> &str {
        &self.path
    }
}
