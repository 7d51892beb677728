//! Outgoing connections from the workspace, for clients and healthchecks.

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

use crate::workspace::Workspace;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// Connects to a host and a port. All addresses of a name are tried in turn.
pub async fn tcp(host: &str, port: u16) -> io::Result<TcpStream> {
    let stream = timeout(CONNECT_TIMEOUT, TcpStream::connect((host, port)))
        .await
        .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
    stream.set_nodelay(true)?;
    Ok(stream)
}

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

/// Serves a stream to an address, until either side ends or the workspace shuts down.
pub async fn serve(workspace: &Workspace, mut stream: MuxStream, to: &Dial) {
    let shutdown = workspace.shutdown();
    if shutdown.is_cancelled() {
        let error = Some("the workspace is not ready for connections".to_owned());
        let _ = frame::send(&mut stream, &Opened { error }).await;
        return;
    }
    tokio::select! {
        () = connect(stream, to) => {}
        () = shutdown.cancelled() => {}
    }
}

async fn connect(mut stream: MuxStream, to: &Dial) {
    let ended = match to.network {
        Network::Tcp => match tcp(&to.host, to.port).await {
            Ok(connection) => match frame::send(&mut stream, &Opened { error: None }).await {
                Ok(()) => relay(stream, connection).await,
                Err(_) => return,
            },
            Err(error) => return reject(stream, to, &error).await,
        },
        Network::Udp => match udp(&to.host, to.port).await {
            Ok(socket) => match frame::send(&mut stream, &Opened { error: None }).await {
                Ok(()) => copy_datagrams(stream, &socket).await,
                Err(_) => return,
            },
            Err(error) => return reject(stream, to, &error).await,
        },
    };
    // Either side may close the connection at any time, so its errors are of no interest.
    tracing::trace!(?ended, "a forwarded connection ended");
}

async fn reject(mut stream: MuxStream, to: &Dial, error: &io::Error) {
    let error = Some(format!("{}:{}: {error}", to.host, to.port));
    let _ = frame::send(&mut stream, &Opened { error }).await;
}

/// Copies datagrams both ways, until the stream ends.
async fn copy_datagrams(stream: MuxStream, socket: &UdpSocket) -> io::Result<()> {
    let (mut from, mut to) = tokio::io::split(stream);
    let to_socket = async {
        let mut buffer = Vec::new();
        while datagram::receive(&mut from, &mut buffer).await? {
            // Datagrams that cannot be sent are lost.
            let _ = socket.send(&buffer).await;
        }
        Ok(())
    };
    let from_socket = async {
        let mut buffer = vec![0; datagram::MAX_BYTES];
        loop {
            // ECONNREFUSED is not final: a program may listen later.
            if let Ok(length) = socket.recv(&mut buffer).await {
                datagram::send(&mut to, buffer.get(..length).unwrap_or_default()).await?;
            }
        }
    };
    tokio::select! {
        ended = to_socket => ended,
        ended = from_socket => ended,
    }
}
