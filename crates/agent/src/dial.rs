//! Connections from within the workspace to what listens there, or anywhere it can reach.

use std::{
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use coder_mux::{MuxStream, datagram, frame, relay};
use coder_wire::agent::{Dial, Network, Opened};
use tokio::{
    net::{TcpStream, UdpSocket, lookup_host},
    time::timeout,
};

use crate::{until::until, workspace::Workspace};

/// How long a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// Connects to a host and a port. Whatever a name stands for is tried in turn.
///
/// # Errors
/// When the name is not known, nobody listens, or it takes too long.
pub async fn tcp(host: &str, port: u16) -> io::Result<TcpStream> {
    let stream = timeout(CONNECT_TIMEOUT, TcpStream::connect((host, port)))
        .await
        .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// A socket whose datagrams go to a host and a port, and come from there.
async fn udp(host: &str, port: u16) -> io::Result<UdpSocket> {
    let to = lookup_host((host, port)).await?.next().ok_or(io::ErrorKind::NotFound)?;
    let from: SocketAddr = match to {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(from).await?;
    socket.connect(to).await?;
    Ok(socket)
}

/// Serves a stream to what listens at an address, until either side or the workspace ends.
pub async fn serve(workspace: &Workspace, mut stream: MuxStream, to: &Dial) {
    let open = workspace.sessions();
    if !*open.borrow() {
        let error = Some("the workspace is not ready for connections".to_owned());
        let _ = frame::send(&mut stream, &Opened { error }).await;
        return;
    }
    tokio::select! {
        () = connect(stream, to) => {}
        () = until(&open, false) => {}
    }
}

async fn connect(mut stream: MuxStream, to: &Dial) {
    let ended = match to.network {
        Network::Tcp => match tcp(&to.host, to.port).await {
            Ok(connection) => match frame::send(&mut stream, &Opened { error: None }).await {
                Ok(()) => relay(stream, connection).await,
                Err(_) => return,
            },
            Err(error) => return refuse(stream, to, &error).await,
        },
        Network::Udp => match udp(&to.host, to.port).await {
            Ok(socket) => match frame::send(&mut stream, &Opened { error: None }).await {
                Ok(()) => exchange(stream, &socket).await,
                Err(_) => return,
            },
            Err(error) => return refuse(stream, to, &error).await,
        },
    };
    // Either side may go away at any time; the other learns of it by its end of stream.
    tracing::trace!(?ended, "a dialled connection ended");
}

async fn refuse(mut stream: MuxStream, to: &Dial, error: &io::Error) {
    let error = Some(format!("{}:{}: {error}", to.host, to.port));
    let _ = frame::send(&mut stream, &Opened { error }).await;
}

/// Passes datagrams on, both ways, until the stream ends.
async fn exchange(stream: MuxStream, socket: &UdpSocket) -> io::Result<()> {
    let (mut from, mut to) = tokio::io::split(stream);
    let inwards = async {
        let mut buffer = Vec::new();
        while datagram::receive(&mut from, &mut buffer).await? {
            // One that cannot be delivered is lost, as datagrams may be.
            let _ = socket.send(&buffer).await;
        }
        Ok(())
    };
    let outwards = async {
        let mut buffer = vec![0; datagram::MAX_BYTES];
        loop {
            // Nobody listening is told as an error; somebody may listen later.
            if let Ok(length) = socket.recv(&mut buffer).await {
                datagram::send(&mut to, buffer.get(..length).unwrap_or_default()).await?;
            }
        }
    };
    tokio::select! {
        ended = inwards => ended,
        ended = outwards => ended,
    }
}
