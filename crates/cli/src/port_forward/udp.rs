//! UDP ports.

use std::{collections::HashMap, net::SocketAddr, sync::Arc, time::Duration};

use anyhow::{Context as _, Result};
use coder_client::datagram;
use coder_wire::agent::Network;
use tokio::{net::UdpSocket, sync::mpsc, time::timeout};

use super::tunnel::Way;

/// How long a program may be silent until its conversation is forgotten.
const SILENCE: Duration = Duration::from_secs(120);
/// Conversations at once; the datagrams of more are lost.
const MAX_CONVERSATIONS: usize = 128;
/// Datagrams of one conversation that wait; more are lost, as datagrams may be.
const QUEUE: usize = 256;

pub async fn bind(here: SocketAddr) -> Result<UdpSocket> {
    UdpSocket::bind(here).await.with_context(|| format!("cannot listen on {here}"))
}

/// Carries datagrams into the workspace, each program's in a stream of its own, so that answers find their way back.
pub async fn serve(socket: UdpSocket, there: u16, way: Way) {
    let socket = Arc::new(socket);
    let mut conversations: HashMap<SocketAddr, mpsc::Sender<Vec<u8>>> = HashMap::new();
    let mut buffer = vec![0; datagram::MAX_BYTES];
    loop {
        // An answer that nobody wanted is told as an error here; the next datagram may be welcome.
        let Ok((length, from)) = socket.recv_from(&mut buffer).await else { continue };
        let datagram = buffer.get(..length).unwrap_or_default().to_vec();
        let datagram = match conversations.get(&from).map(|queue| queue.try_send(datagram)) {
            Some(Ok(()) | Err(mpsc::error::TrySendError::Full(_))) => continue,
            Some(Err(mpsc::error::TrySendError::Closed(datagram))) => datagram,
            None => buffer.get(..length).unwrap_or_default().to_vec(),
        };
        conversations.retain(|_, queue| !queue.is_closed());
        if conversations.len() >= MAX_CONVERSATIONS {
            continue;
        }
        let (queue, queued) = mpsc::channel(QUEUE);
        let _ = queue.try_send(datagram);
        conversations.insert(from, queue);
        let (socket, way) = (socket.clone(), way.clone());
        tokio::spawn(async move {
            if let Err(error) = converse(&socket, from, queued, there, &way).await {
                tracing::debug!(%error, "a conversation ended");
            }
        });
    }
}

async fn converse(
    socket: &UdpSocket,
    from: SocketAddr,
    mut queued: mpsc::Receiver<Vec<u8>>,
    there: u16,
    way: &Way,
) -> Result<()> {
    let stream = way.connect(Network::Udp, there).await?;
    let (mut answers, mut to) = tokio::io::split(stream);
    let inwards = async {
        while let Ok(Some(datagram)) = timeout(SILENCE, queued.recv()).await {
            datagram::send(&mut to, &datagram).await?;
        }
        Ok::<_, anyhow::Error>(())
    };
    let outwards = async {
        let mut buffer = Vec::new();
        while datagram::receive(&mut answers, &mut buffer).await? {
            let _ = socket.send_to(&buffer, from).await;
        }
        Ok(())
    };
    tokio::select! {
        ended = inwards => ended,
        ended = outwards => ended,
    }
}
