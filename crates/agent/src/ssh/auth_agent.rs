//! The client's key agent, lent to the workspace for as long as the client is connected.

use std::io;

use russh::server::Handle;
use tempfile::TempDir;
use tokio::{net::UnixListener, task::JoinSet};

use super::{forward::carry_on, pipes::Pipes};

/// The socket that leads to the client's key agent. Dropping it takes the socket away.
pub struct AuthAgent {
    path: String,
    _folder: TempDir,
    _listener: JoinSet<()>,
}

impl AuthAgent {
    /// Makes the socket, in a folder that only the workspace's user may enter.
    pub fn lend(pipes: &Pipes, handle: &Handle) -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("coder-auth-").tempdir()?;
        let path = folder.path().join("agent.sock");
        let listener = UnixListener::bind(&path)?;
        let (pipes, handle) = (pipes.clone(), handle.clone());
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (pipes, handle) = (pipes.clone(), handle.clone());
                tokio::spawn(async move {
                    carry_on(handle.channel_open_agent(), &pipes, &handle, stream).await;
                });
            }
        });
        let path = path.into_os_string().into_string().map_err(|_| io::ErrorKind::InvalidFilename)?;
        Ok(Self { path, _folder: folder, _listener: tasks })
    }

    /// What `SSH_AUTH_SOCK` is to be.
    pub fn path(&self) -> &str {
        &self.path
    }
}
