//! A tunnel that reconnects when it breaks.

use std::{sync::Arc, time::Duration};

use anyhow::{Context as _, Result};
use coder_client::{Client, DialError, Stream, Tunnel};
use coder_wire::agent::{Dial, Network};
use tokio::{
    sync::{RwLock, watch},
    time::sleep,
};
use uuid::Uuid;

const INITIAL_DELAY: Duration = Duration::from_millis(250);
const MAX_DELAY: Duration = Duration::from_secs(10);

/// Cheap to clone.
#[derive(Clone)]
pub struct ReconnectingTunnel {
    tunnel: Arc<RwLock<Arc<Tunnel>>>,
    closed: watch::Receiver<Option<String>>,
}

impl ReconnectingTunnel {
    /// Connects, and reconnects in a task.
    pub async fn open(client: Client, agent: Uuid) -> Result<Self> {
        let tunnel = Arc::new(client.dial_agent(agent).await.context("connect to the workspace")?);
        let tunnel = Arc::new(RwLock::new(tunnel));
        let (end, closed) = watch::channel(None);
        tokio::spawn(reconnect_loop(client, agent, tunnel.clone(), end));
        Ok(Self { tunnel, closed })
    }

    /// Opens a stream to a port of the workspace.
    pub async fn connect(&self, network: Network, port: u16) -> Result<Stream, DialError> {
        let tunnel = self.tunnel.read().await.clone();
        tunnel.connect(Dial { network, host: "127.0.0.1".to_owned(), port }).await
    }

    /// Waits until the server rejects the tunnel for good, and returns the reason.
    pub async fn closed(&self) -> String {
        let mut closed = self.closed.clone();
        let reason = closed.wait_for(Option::is_some).await.map(|reason| reason.clone());
        reason.ok().flatten().unwrap_or_else(|| "the connection to the workspace is closed".to_owned())
    }
}

/// Reconnects whenever the tunnel breaks, until the server rejects it for good.
async fn reconnect_loop(
    client: Client,
    agent: Uuid,
    tunnel: Arc<RwLock<Arc<Tunnel>>>,
    end: watch::Sender<Option<String>>,
) {
    loop {
        let current = tunnel.read().await.clone();
        let reason = current.closed().await;
        tracing::debug!(reason, "the tunnel broke");
        anstream::eprintln!("The connection to the workspace was lost; reconnecting...");
        // Locked until there is a new tunnel: new connections wait for it.
        let mut slot = tunnel.write().await;
        let mut delay = INITIAL_DELAY;
        loop {
            // With jitter, so that clients do not reconnect in lockstep.
            sleep(delay.mul_f64(rand::random_range(0.5..1.0))).await;
            match client.dial_agent(agent).await {
                Ok(opened) => {
                    *slot = Arc::new(opened);
                    anstream::eprintln!("Reconnected.");
                    break;
                }
                Err(DialError::Rejected { status: 401 | 403 | 404, error, .. }) => {
                    end.send_replace(Some(error.message));
                    return;
                }
                Err(error) => tracing::debug!(%error, "cannot reconnect the tunnel"),
            }
            delay = (delay * 2).min(MAX_DELAY);
        }
    }
}
