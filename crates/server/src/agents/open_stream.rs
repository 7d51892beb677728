//! Opening a stream to an agent.

use std::time::Duration;

use coder_mux::{Mux, MuxStream, frame};
use coder_wire::agent::{OpenStream, Opened};
use tokio::time::timeout;

/// The largest response to an [`OpenStream`], in bytes.
const MAX_RESPONSE_BYTES: usize = 4 * 1024;

/// Why an agent opened no stream.
pub enum OpenStreamError {
    /// The agent rejected it, for this reason.
    Rejected(String),
    /// The agent did not respond in time, or its connection is closed.
    NoResponse,
}

/// Opens a stream, and waits for at most `limit` until the agent has accepted it.
pub async fn open_stream(mux: &Mux, open: OpenStream, limit: Duration) -> Result<MuxStream, OpenStreamError> {
    let opening = async {
        let mut stream = mux.open().await.ok()?;
        frame::send(&mut stream, &open).await.ok()?;
        let opened: Opened = frame::receive(&mut stream, MAX_RESPONSE_BYTES).await.ok()??;
        Some((stream, opened))
    };
    match timeout(limit, opening).await.ok().flatten() {
        Some((stream, Opened { error: None })) => Ok(stream),
        Some((_, Opened { error: Some(reason) })) => Err(OpenStreamError::Rejected(reason)),
        None => Err(OpenStreamError::NoResponse),
    }
}
