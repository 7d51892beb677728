//! Port and socket forwarding: connections that the client opens from the workspace (`-L`, `-D`), and listeners in the
//! workspace whose connections go to the client (`-R`).

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

use super::forwarded::ForwardedChannels;
use crate::dial;

/// In one SSH connection.
const MAX_LISTENERS: usize = 64;
/// Pause after a failed `accept`, which happens when file descriptors run out.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(100);
/// For the client to accept a channel.
const ACCEPT_TIMEOUT: Duration = Duration::from_secs(30);

/// As seen from the workspace.
pub enum Destination {
    Tcp(String, u16),
    Unix(PathBuf),
}

/// Connects the client's channel, or rejects it. Returns at once; connecting goes on in a task.
pub fn connect(
    channels: &ForwardedChannels,
    channel: Channel<Msg>,
    reply: ChannelOpenHandle,
    handle: Handle,
    to: Destination,
) {
    let channels = channels.clone();
    tokio::spawn(async move {
        if !channels.has_room() {
            return reply.reject(ChannelOpenFailure::ResourceShortage).await;
        }
        let (_, write) = channel.split();
        channels.open(write.id());
        match to {
            Destination::Tcp(host, port) => match dial::tcp(&host, port).await {
                Ok(stream) => {
                    reply.accept().await;
                    channels.relay(write, handle, stream).await;
                }
                Err(error) => reject(&channels, write.id(), reply, &error).await,
            },
            Destination::Unix(path) => match UnixStream::connect(&path).await {
                Ok(stream) => {
                    reply.accept().await;
                    channels.relay(write, handle, stream).await;
                }
                Err(error) => reject(&channels, write.id(), reply, &error).await,
            },
        }
    });
}

async fn reject(
    channels: &ForwardedChannels,
    id: russh::ChannelId,
    reply: ChannelOpenHandle,
    error: &io::Error,
) {
    tracing::debug!(%error, "cannot connect a forwarded channel");
    channels.remove(id);
    reply.reject(ChannelOpenFailure::ConnectFailed).await;
}

/// The listeners of a client. Dropping it closes all of them.
#[derive(Default)]
pub struct Listeners {
    tcp: HashMap<(String, u32), JoinSet<()>>,
    unix: HashMap<String, (JoinSet<()>, BoundSocket)>,
}

/// Removes its socket file on drop, unless the path has been taken by another file.
struct BoundSocket {
    path: PathBuf,
    file: (u64, u64),
}

impl Drop for BoundSocket {
    fn drop(&mut self) {
        if file_id(&self.path).is_ok_and(|file| file == self.file) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Device and inode.
fn file_id(path: &Path) -> io::Result<(u64, u64)> {
    std::fs::symlink_metadata(path).map(|metadata| (metadata.dev(), metadata.ino()))
}

impl Listeners {
    fn has_room(&self) -> bool {
        self.tcp.len() + self.unix.len() < MAX_LISTENERS
    }

    /// Listens on the loopback interface, whatever address the client requests: a forwarded port is for the workspace, not
    /// for its network. Returns the port, which the system chooses for port 0.
    pub async fn listen(
        &mut self,
        address: &str,
        port: u32,
        channels: &ForwardedChannels,
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
            // Both address families, where the system has both.
            listeners.extend(TcpListener::bind((Ipv6Addr::LOCALHOST, chosen)).await.ok());
        }
        let mut tasks = JoinSet::new();
        for listener in listeners {
            let (channels, handle, address) = (channels.clone(), handle.clone(), address.to_owned());
            tasks.spawn(async move {
                loop {
                    let (stream, peer) = match listener.accept().await {
                        Ok(accepted) => accepted,
                        Err(_) => {
                            tokio::time::sleep(ACCEPT_RETRY_DELAY).await;
                            continue;
                        }
                    };
                    let _ = stream.set_nodelay(true);
                    let (channels, handle, address) = (channels.clone(), handle.clone(), address.clone());
                    let from = (peer.ip().to_string(), u32::from(peer.port()));
                    tokio::spawn(async move {
                        let opening =
                            handle.channel_open_forwarded_tcpip(address, chosen.into(), from.0, from.1);
                        forward_incoming(opening, &channels, &handle, stream).await;
                    });
                }
            });
        }
        self.tcp.insert((address.to_owned(), chosen.into()), tasks);
        Ok(chosen.into())
    }

    /// Returns whether there was such a listener.
    pub fn cancel(&mut self, address: &str, port: u32) -> bool {
        self.tcp.remove(&(address.to_owned(), port)).is_some()
    }

    /// Listens on a Unix socket with mode 0600.
    pub fn listen_unix(
        &mut self,
        name: &str,
        path: PathBuf,
        channels: &ForwardedChannels,
        handle: &Handle,
    ) -> io::Result<()> {
        if !self.has_room() || self.unix.contains_key(name) {
            return Err(io::ErrorKind::QuotaExceeded.into());
        }
        let (listener, bound) = bind_private_socket(path)?;
        let (channels, handle, owned) = (channels.clone(), handle.clone(), name.to_owned());
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            loop {
                let Ok((stream, _)) = listener.accept().await else {
                    tokio::time::sleep(ACCEPT_RETRY_DELAY).await;
                    continue;
                };
                let (channels, handle, name) = (channels.clone(), handle.clone(), owned.clone());
                tokio::spawn(async move {
                    let opening = handle.channel_open_forwarded_streamlocal(name);
                    forward_incoming(opening, &channels, &handle, stream).await;
                });
            }
        });
        self.unix.insert(name.to_owned(), (tasks, bound));
        Ok(())
    }

    /// Returns whether there was such a listener.
    pub fn cancel_unix(&mut self, name: &str) -> bool {
        self.unix.remove(name).is_some()
    }
}

/// Forwards a connection that a listener has accepted to the client.
pub async fn forward_incoming(
    opening: impl Future<Output = Result<Channel<Msg>, russh::Error>>,
    channels: &ForwardedChannels,
    handle: &Handle,
    stream: impl AsyncRead + AsyncWrite,
) {
    if !channels.has_room() {
        return;
    }
    match timeout(ACCEPT_TIMEOUT, opening).await {
        Ok(Ok(channel)) => {
            let (_, write) = channel.split();
            channels.relay(write, handle.clone(), stream).await;
        }
        Ok(Err(error)) => tracing::debug!(%error, "the client rejected a forwarded connection"),
        Err(_) => tracing::debug!("the client did not accept a forwarded connection in time"),
    }
}

/// Binds a socket that other users cannot connect to at any moment: it gets its mode in a private directory, and its path by
/// a hard link, which fails when the path exists.
fn bind_private_socket(path: PathBuf) -> io::Result<(UnixListener, BoundSocket)> {
    let parent = path.parent().unwrap_or(Path::new("/"));
    let private = tempfile::Builder::new().prefix(".coder-").tempdir_in(parent)?;
    let inside = private.path().join("s");
    let listener = UnixListener::bind(&inside)?;
    std::fs::set_permissions(&inside, std::fs::Permissions::from_mode(0o600))?;
    let file = file_id(&inside)?;
    std::fs::hard_link(&inside, &path)?;
    Ok((listener, BoundSocket { path, file }))
}

/// The port travels as 32 bits; none when it is not a port.
pub fn tcp_destination(host: &str, port: u32) -> Option<Destination> {
    u16::try_from(port).ok().map(|port| Destination::Tcp(host.to_owned(), port))
}
