//! Forwarding: connections that the client asks for here, and listeners here whose connections go to the client.

use std::{
    collections::HashMap,
    io,
    net::{Ipv4Addr, Ipv6Addr},
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    time::Duration,
};

use russh::{
    Channel, ChannelOpenFailure,
    server::{ChannelOpenHandle, Handle, Msg},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, UnixListener, UnixStream},
    task::JoinSet,
    time::timeout,
};

use super::pipes::Pipes;
use crate::dial;

/// Listeners of one SSH connection.
const MAX_LISTENERS: usize = 64;
/// How long a listener rests that the system gives no connection: it is out of descriptors.
const PAUSE: Duration = Duration::from_millis(100);
/// How long the client may take to accept a connection.
const ACCEPT_TIMEOUT: Duration = Duration::from_secs(30);

/// Where the client wants to be connected to.
pub enum Destination {
    /// A host and a port, seen from the workspace.
    Tcp(String, u16),
    /// A socket in the file system.
    Unix(PathBuf),
}

/// Connects the client's channel, or says why not. The answer may take a while: nothing waits for it.
pub fn connect(
    pipes: &Pipes,
    channel: Channel<Msg>,
    reply: ChannelOpenHandle,
    handle: Handle,
    to: Destination,
) {
    let pipes = pipes.clone();
    tokio::spawn(async move {
        if !pipes.has_room() {
            return reply.reject(ChannelOpenFailure::ResourceShortage).await;
        }
        let (_, write) = channel.split();
        pipes.expect(write.id());
        match to {
            Destination::Tcp(host, port) => match dial::tcp(&host, port).await {
                Ok(stream) => {
                    reply.accept().await;
                    pipes.carry(write, handle, stream).await;
                }
                Err(error) => refuse(&pipes, write.id(), reply, &error).await,
            },
            Destination::Unix(path) => match UnixStream::connect(&path).await {
                Ok(stream) => {
                    reply.accept().await;
                    pipes.carry(write, handle, stream).await;
                }
                Err(error) => refuse(&pipes, write.id(), reply, &error).await,
            },
        }
    });
}

async fn refuse(pipes: &Pipes, id: russh::ChannelId, reply: ChannelOpenHandle, error: &io::Error) {
    tracing::debug!(%error, "a forwarded connection did not come about");
    pipes.remove(id);
    reply.reject(ChannelOpenFailure::ConnectFailed).await;
}

/// What listens here for the client. Dropping it ends all of it.
#[derive(Default)]
pub struct Listeners {
    tcp: HashMap<(String, u32), JoinSet<()>>,
    unix: HashMap<String, (JoinSet<()>, Bound)>,
}

/// A socket's place in the file system: removed when this is dropped, unless something else is there by then.
struct Bound {
    path: PathBuf,
    file: (u64, u64),
}

impl Drop for Bound {
    fn drop(&mut self) {
        if identity(&self.path).is_ok_and(|file| file == self.file) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// What tells a file from every other one.
fn identity(path: &Path) -> io::Result<(u64, u64)> {
    std::fs::symlink_metadata(path).map(|metadata| (metadata.dev(), metadata.ino()))
}

impl Listeners {
    fn has_room(&self) -> bool {
        self.tcp.len() + self.unix.len() < MAX_LISTENERS
    }

    /// Listens on a port of the loopback interface, whatever the client names: a forwarded port is for the workspace, not
    /// for the network it is in. Answers the port, which is chosen when it is 0.
    pub async fn listen(
        &mut self,
        address: &str,
        port: u32,
        pipes: &Pipes,
        handle: &Handle,
    ) -> io::Result<u32> {
        let wanted = u16::try_from(port).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
        if !self.has_room() || self.tcp.contains_key(&(address.to_owned(), port)) {
            return Err(io::ErrorKind::QuotaExceeded.into());
        }
        let first = match address {
            "::1" => TcpListener::bind((Ipv6Addr::LOCALHOST, wanted)).await?,
            _ => TcpListener::bind((Ipv4Addr::LOCALHOST, wanted)).await?,
        };
        let chosen = first.local_addr()?.port();
        let mut listeners = vec![first];
        if address == "localhost" {
            // A name for both; a system may have only one.
            listeners.extend(TcpListener::bind((Ipv6Addr::LOCALHOST, chosen)).await.ok());
        }
        let mut tasks = JoinSet::new();
        for listener in listeners {
            let (pipes, handle, address) = (pipes.clone(), handle.clone(), address.to_owned());
            tasks.spawn(async move {
                loop {
                    let (stream, peer) = match listener.accept().await {
                        Ok(accepted) => accepted,
                        Err(_) => {
                            tokio::time::sleep(PAUSE).await;
                            continue;
                        }
                    };
                    let _ = stream.set_nodelay(true);
                    let (pipes, handle, address) = (pipes.clone(), handle.clone(), address.clone());
                    let from = (peer.ip().to_string(), u32::from(peer.port()));
                    tokio::spawn(async move {
                        let opening =
                            handle.channel_open_forwarded_tcpip(address, chosen.into(), from.0, from.1);
                        carry_on(opening, &pipes, &handle, stream).await;
                    });
                }
            });
        }
        self.tcp.insert((address.to_owned(), chosen.into()), tasks);
        Ok(chosen.into())
    }

    /// Ends a listener; says whether there was one.
    pub fn cancel(&mut self, address: &str, port: u32) -> bool {
        self.tcp.remove(&(address.to_owned(), port)).is_some()
    }

    /// Listens on a socket in the file system that only the workspace's user may use.
    pub fn listen_unix(&mut self, name: &str, path: PathBuf, pipes: &Pipes, handle: &Handle) -> io::Result<()> {
        if !self.has_room() || self.unix.contains_key(name) {
            return Err(io::ErrorKind::QuotaExceeded.into());
        }
        let (listener, bound) = bind_private(path)?;
        let (pipes, handle, owned) = (pipes.clone(), handle.clone(), name.to_owned());
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            loop {
                let Ok((stream, _)) = listener.accept().await else {
                    tokio::time::sleep(PAUSE).await;
                    continue;
                };
                let (pipes, handle, name) = (pipes.clone(), handle.clone(), owned.clone());
                tokio::spawn(async move {
                    let opening = handle.channel_open_forwarded_streamlocal(name);
                    carry_on(opening, &pipes, &handle, stream).await;
                });
            }
        });
        self.unix.insert(name.to_owned(), (tasks, bound));
        Ok(())
    }

    /// Ends a listener; says whether there was one.
    pub fn cancel_unix(&mut self, name: &str) -> bool {
        self.unix.remove(name).is_some()
    }
}

/// Carries a connection that came in here on, once the client has accepted a channel for it.
pub async fn carry_on(
    opening: impl Future<Output = Result<Channel<Msg>, russh::Error>>,
    pipes: &Pipes,
    handle: &Handle,
    stream: impl AsyncRead + AsyncWrite,
) {
    if !pipes.has_room() {
        return;
    }
    match timeout(ACCEPT_TIMEOUT, opening).await {
        Ok(Ok(channel)) => {
            let (_, write) = channel.split();
            pipes.carry(write, handle.clone(), stream).await;
        }
        Ok(Err(error)) => tracing::debug!(%error, "the client does not take a forwarded connection"),
        Err(_) => tracing::debug!("the client did not answer for a forwarded connection"),
    }
}

/// Binds a socket that nobody else could ever connect to: it gets its permissions in a folder of its own and appears at
/// its path by a link, which also fails when something is there already.
fn bind_private(path: PathBuf) -> io::Result<(UnixListener, Bound)> {
    let parent = path.parent().unwrap_or(Path::new("/"));
    let own = tempfile::Builder::new().prefix(".coder-").tempdir_in(parent)?;
    let inside = own.path().join("s");
    let listener = UnixListener::bind(&inside)?;
    std::fs::set_permissions(&inside, std::fs::Permissions::from_mode(0o600))?;
    let file = identity(&inside)?;
    std::fs::hard_link(&inside, &path)?;
    Ok((listener, Bound { path, file }))
}

/// The connection that a client's channel asks for; the number travels with 32 bits.
pub fn tcp(host: &str, port: u32) -> Option<Destination> {
    u16::try_from(port).ok().map(|port| Destination::Tcp(host.to_owned(), port))
}
