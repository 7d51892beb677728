//! Forwarding of TCP connections.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context as _, Result};
use coder_wire::agent::Network;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    time::sleep,
};

use super::reconnect::ReconnectingTunnel;

/// After a failed `accept`, which happens when file descriptors run out.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(100);

pub async fn bind(local: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(local).await.with_context(|| format!("cannot listen on {local}"))
}

pub async fn serve(listener: TcpListener, remote: u16, tunnel: ReconnectingTunnel) {
    loop {
        let Ok((connection, _)) = listener.accept().await else {
            sleep(ACCEPT_RETRY_DELAY).await;
            continue;
        };
        let tunnel = tunnel.clone();
        tokio::spawn(async move {
            if let Err(error) = forward(connection, remote, &tunnel).await {
                anstream::eprintln!("{}", crate::output::display_safe(&error.to_string()));
            }
        });
    }
}

async fn forward(mut connection: TcpStream, remote: u16, tunnel: &ReconnectingTunnel) -> Result<()> {
    connection.set_nodelay(true)?;
    let mut stream = tunnel.connect(Network::Tcp, remote).await?;
    // Either side may close the connection at any time, so its errors are of no interest.
    let _ = copy_bidirectional(&mut connection, &mut stream).await;
    Ok(())
}
