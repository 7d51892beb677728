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

use super::forwarded::ForwardedChannels;
use crate::dial;

/// Listeners of one SSH connection.
const MAX_LISTENERS: usize = 64;
/// How long a listener rests that the system gives no connection: it is out of descriptors.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(100);
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
    tracing::debug!(%error, "a forwarded connection did not come about");
    channels.remove(id);
    reply.reject(ChannelOpenFailure::ConnectFailed).await;
}

/// What listens here for the client. Dropping it ends all of it.
#[derive(Default)]
pub struct Listeners {
    tcp: HashMap<(String, u32), JoinSet<()>>,
    unix: HashMap<String, (JoinSet<()>, BoundSocket)>,
}

/// A socket's place in the file system: removed when this is dropped, unless something else is there by then.
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

/// What tells a file from every other one.
fn file_id(path: &Path) -> io::Result<(u64, u64)> {
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
            // A name for both; a system may have only one.
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

    /// Ends a listener; says whether there was one.
    pub fn cancel(&mut self, address: &str, port: u32) -> bool {
        self.tcp.remove(&(address.to_owned(), port)).is_some()
    }

    /// Listens on a socket in the file system that only the workspace's user may use.
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

    /// Ends a listener; says whether there was one.
    pub fn cancel_unix(&mut self, name: &str) -> bool {
        self.unix.remove(name).is_some()
    }
}

/// Carries a connection that came in here on, once the client has accepted a channel for it.
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
        Ok(Err(error)) => tracing::debug!(%error, "the client does not take a forwarded connection"),
        Err(_) => tracing::debug!("the client did not answer for a forwarded connection"),
    }
}

/// Binds a socket that nobody else could ever connect to: it gets its permissions in a folder of its own and appears at
/// its path by a link, which also fails when something is there already.
fn bind_private_socket(path: PathBuf) -> io::Result<(UnixListener, BoundSocket)> {
    let parent = path.parent().unwrap_or(Path::new("/"));
    let own = tempfile::Builder::new().prefix(".coder-").tempdir_in(parent)?;
    let inside = own.path().join("s");
    let listener = UnixListener::bind(&inside)?;
    std::fs::set_permissions(&inside, std::fs::Permissions::from_mode(0o600))?;
    let file = file_id(&inside)?;
    std::fs::hard_link(&inside, &path)?;
    Ok((listener, BoundSocket { path, file }))
}

/// The connection that a client's channel asks for; the number travels with 32 bits.
pub fn tcp_destination(host: &str, port: u32) -> Option<Destination> {
    u16::try_from(port).ok().map(|port| Destination::Tcp(host.to_owned(), port))
}
