//! The way into the workspace, opened again when it breaks.

use std::{sync::Arc, time::Duration};

use anyhow::{Context as _, Result};
use coder_client::{Client, DialError, Stream, Tunnel};
use coder_wire::agent::{Dial, Network};
use tokio::{
    sync::{RwLock, watch},
    time::sleep,
};
use uuid::Uuid;

/// How long until the way is tried again, for the first time and at most.
const PAUSES: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(10));

/// The way into the workspace. Cheap to clone.
#[derive(Clone)]
pub struct Way {
    tunnel: Arc<RwLock<Arc<Tunnel>>>,
    over: watch::Receiver<Option<String>>,
}

impl Way {
    /// Opens it, and keeps it open.
    pub async fn open(client: Client, agent: Uuid) -> Result<Self> {
        let tunnel = Arc::new(client.dial_agent(agent).await.context("connect to the workspace")?);
        let tunnel = Arc::new(RwLock::new(tunnel));
        let (end, over) = watch::channel(None);
        tokio::spawn(keep_open(client, agent, tunnel.clone(), end));
        Ok(Self { tunnel, over })
    }

    /// A stream to a port there.
    pub async fn connect(&self, network: Network, port: u16) -> Result<Stream, DialError> {
        let tunnel = self.tunnel.read().await.clone();
        tunnel.connect(Dial { network, host: "127.0.0.1".to_owned(), port }).await
    }

    /// Waits until there is no way any more, and says why.
    pub async fn over(&self) -> String {
        let mut over = self.over.clone();
        let reason = over.wait_for(Option::is_some).await.map(|reason| reason.clone());
        reason.ok().flatten().unwrap_or_else(|| "the way into the workspace is closed".to_owned())
    }
}

/// Opens the way again whenever it breaks, until the server says that there is none.
async fn keep_open(
    client: Client,
    agent: Uuid,
    tunnel: Arc<RwLock<Arc<Tunnel>>>,
    end: watch::Sender<Option<String>>,
) {
    loop {
        let current = tunnel.read().await.clone();
        let reason = current.closed().await;
        tracing::debug!(reason, "the way into the workspace broke");
        anstream::eprintln!("The connection to the workspace was lost; connecting again...");
        // Held until there is a new one: whoever comes meanwhile waits.
        let mut place = tunnel.write().await;
        let mut pause = PAUSES.0;
        loop {
            // Some of it by chance, so that not everybody comes back at once.
            sleep(pause.mul_f64(rand::random_range(0.5..1.0))).await;
            match client.dial_agent(agent).await {
                Ok(opened) => {
                    *place = Arc::new(opened);
                    anstream::eprintln!("Connected again.");
                    break;
                }
                Err(DialError::Rejected { status: 401 | 403 | 404, error, .. }) => {
                    end.send_replace(Some(error.message));
                    return;
                }
                Err(error) => tracing::debug!(%error, "the way into the workspace is still closed"),
            }
            pause = (pause * 2).min(PAUSES.1);
        }
    }
}
