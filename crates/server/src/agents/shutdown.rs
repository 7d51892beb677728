//! Telling an agent that its workspace ends.

use std::time::Duration;

use coder_mux::{Mux, frame};
use coder_wire::agent::{OpenStream, ShutdownDone};
use tokio::time::timeout;

/// The most that an answer has, in bytes.
const MAX_RESPONSE_BYTES: usize = 1024;

/// Why an agent did not end well.
#[derive(Debug, thiserror::Error)]
pub enum ShutdownError {
    /// It took too long.
    #[error("the stop scripts took longer than {} seconds", .0.as_secs())]
    Timeout(Duration),
    /// It went away meanwhile.
    #[error("the agent went away before it was done")]
    Gone,
}

/// Lets an agent run its stop scripts, and end afterwards when `exit` says so. Answers the stage that it reached.
pub async fn shut_down(mux: &Mux, exit: bool, within: Duration) -> Result<String, ShutdownError> {
    let conversation = async {
        let mut stream = mux.open().await.map_err(|_| ShutdownError::Gone)?;
        frame::send(&mut stream, &OpenStream::Shutdown { exit }).await.map_err(|_| ShutdownError::Gone)?;
        let answer: Option<ShutdownDone> =
            frame::receive(&mut stream, MAX_RESPONSE_BYTES).await.map_err(|_| ShutdownError::Gone)?;
        answer.map(|done| done.state).ok_or(ShutdownError::Gone)
    };
    timeout(within, conversation).await.map_err(|_| ShutdownError::Timeout(within))?
}
