//! Forwarding of UDP datagrams.

use std::{collections::HashMap, net::SocketAddr, sync::Arc, time::Duration};

use anyhow::{Context as _, Result};
use coder_client::datagram;
use coder_wire::agent::Network;
use tokio::{net::UdpSocket, sync::mpsc, time::timeout};

use super::reconnect::ReconnectingTunnel;

/// A flow without datagrams from the local program ends after this time.
const IDLE_TIMEOUT: Duration = Duration::from_secs(120);
/// Datagrams of further flows are dropped.
const MAX_UDP_FLOWS: usize = 128;
/// Per flow; further datagrams are dropped.
const MAX_QUEUED_DATAGRAMS: usize = 256;

pub async fn bind(local: SocketAddr) -> Result<UdpSocket> {
    UdpSocket::bind(local).await.with_context(|| format!("cannot listen on {local}"))
}

/// Forwards datagrams to the workspace. Each local address gets a stream of its own, so that responses find their way back.
pub async fn serve(socket: UdpSocket, remote: u16, tunnel: ReconnectingTunnel) {
    let socket = Arc::new(socket);
    let mut flows: HashMap<SocketAddr, mpsc::Sender<Vec<u8>>> = HashMap::new();
    let mut buffer = vec![0; datagram::MAX_BYTES];
    loop {
        // An error is about an earlier response that the local program did not accept; it is not final.
        let Ok((length, from)) = socket.recv_from(&mut buffer).await else { continue };
        let datagram = buffer.get(..length).unwrap_or_default().to_vec();
        let datagram = match flows.get(&from).map(|queue| queue.try_send(datagram)) {
            Some(Ok(()) | Err(mpsc::error::TrySendError::Full(_))) => continue,
            Some(Err(mpsc::error::TrySendError::Closed(datagram))) => datagram,
            None => buffer.get(..length).unwrap_or_default().to_vec(),
        };
        flows.retain(|_, queue| !queue.is_closed());
        if flows.len() >= MAX_UDP_FLOWS {
            continue;
        }
        let (queue, queued) = mpsc::channel(MAX_QUEUED_DATAGRAMS);
        let _ = queue.try_send(datagram);
        flows.insert(from, queue);
        let (socket, tunnel) = (socket.clone(), tunnel.clone());
        tokio::spawn(async move {
            if let Err(error) = run_flow(&socket, from, queued, remote, &tunnel).await {
                tracing::debug!(%error, "a UDP flow ended");
            }
        });
    }
}

async fn run_flow(
    socket: &UdpSocket,
    from: SocketAddr,
    mut queued: mpsc::Receiver<Vec<u8>>,
    remote: u16,
    tunnel: &ReconnectingTunnel,
) -> Result<()> {
    let stream = tunnel.connect(Network::Udp, remote).await?;
    let (mut responses, mut to) = tokio::io::split(stream);
    let to_workspace = async {
        while let Ok(Some(datagram)) = timeout(IDLE_TIMEOUT, queued.recv()).await {
            datagram::send(&mut to, &datagram).await?;
        }
        Ok::<_, anyhow::Error>(())
    };
    let from_workspace = async {
        let mut buffer = Vec::new();
        while datagram::receive(&mut responses, &mut buffer).await? {
            let _ = socket.send_to(&buffer, from).await;
        }
        Ok(())
    };
    tokio::select! {
        ended = to_workspace => ended,
        ended = from_workspace => ended,
    }
}
