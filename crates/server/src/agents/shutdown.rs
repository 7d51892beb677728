//! Shutting down an agent.

use std::time::Duration;

use coder_mux::{Mux, frame};
use coder_wire::agent::{OpenStream, ShutdownDone};
use tokio::time::timeout;

/// The largest response, in bytes.
const MAX_RESPONSE_BYTES: usize = 1024;

/// Why an agent did not shut down.
#[derive(Debug, thiserror::Error)]
pub enum ShutdownError {
    #[error("the shutdown scripts took longer than {} seconds", .0.as_secs())]
    Timeout(Duration),
    #[error("the agent disconnected before it had shut down")]
    Disconnected,
}

/// Has an agent run its shutdown scripts, and exit afterwards if `exit` is set. Returns the lifecycle state that it reached.
pub async fn shut_down(mux: &Mux, exit: bool, within: Duration) -> Result<String, ShutdownError> {
    let exchange = async {
        let mut stream = mux.open().await.map_err(|_| ShutdownError::Disconnected)?;
        frame::send(&mut stream, &OpenStream::Shutdown { exit })
            .await
            .map_err(|_| ShutdownError::Disconnected)?;
        let response: Option<ShutdownDone> =
            frame::receive(&mut stream, MAX_RESPONSE_BYTES).await.map_err(|_| ShutdownError::Disconnected)?;
        response.map(|done| done.state).ok_or(ShutdownError::Disconnected)
    };
    timeout(within, exchange).await.map_err(|_| ShutdownError::Timeout(within))?
}
