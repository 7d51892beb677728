//! Joining two streams.

use std::io;

use tokio::io::{AsyncRead, AsyncWrite};

/// Buffer of each direction, in bytes.
const BUFFER: usize = 64 * 1024;

/// Copies both ways until both directions have ended. The end of one direction shuts down only that direction: a program
/// that reads its input to the end can still write output.
///
/// # Errors
/// When either stream fails.
pub async fn relay(
    mut one: impl AsyncRead + AsyncWrite + Unpin,
    mut other: impl AsyncRead + AsyncWrite + Unpin,
) -> io::Result<()> {
    tokio::io::copy_bidirectional_with_sizes(&mut one, &mut other, BUFFER, BUFFER).await.map(drop)
}
