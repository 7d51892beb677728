//! Joining two streams.

use std::io;

use tokio::io::{AsyncRead, AsyncWrite};

/// Bytes under way in each direction.
const BUFFER: usize = 64 * 1024;

/// Copies both ways until both directions have ended. The end of one direction is passed on as such, so that a program
/// that reads to the end of its input sees it while its output still flows.
///
/// # Errors
/// When either stream fails.
pub async fn relay(
    mut one: impl AsyncRead + AsyncWrite + Unpin,
    mut other: impl AsyncRead + AsyncWrite + Unpin,
) -> io::Result<()> {
    tokio::io::copy_bidirectional_with_sizes(&mut one, &mut other, BUFFER, BUFFER).await.map(drop)
}
