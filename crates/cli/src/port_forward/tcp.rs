//! TCP ports.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context as _, Result};
use coder_wire::agent::Network;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    time::sleep,
};

use super::tunnel::Way;

/// The pause after the system refused a connection, for want of file descriptors for example.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

pub async fn bind(here: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(here).await.with_context(|| format!("cannot listen on {here}"))
}

/// Carries every connection into the workspace.
pub async fn serve(listener: TcpListener, there: u16, way: Way) {
    loop {
        let Ok((connection, _)) = listener.accept().await else {
            sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let way = way.clone();
        tokio::spawn(async move {
            if let Err(error) = carry(connection, there, &way).await {
                anstream::eprintln!("{}", crate::output::display_safe(&error.to_string()));
            }
        });
    }
}

async fn carry(mut connection: TcpStream, there: u16, way: &Way) -> Result<()> {
    connection.set_nodelay(true)?;
    let mut stream = way.connect(Network::Tcp, there).await?;
    // Either side may go away at any time: that is how connections end.
    let _ = copy_bidirectional(&mut connection, &mut stream).await;
    Ok(())
}
