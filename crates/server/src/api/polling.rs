//! Waiting between the polls of a WebSocket that sends what changed.

use std::{pin::Pin, time::Duration};

use axum::extract::ws::{Message, WebSocket};
use tokio::time::sleep;

use crate::AppState;

/// What ended the wait.
pub enum Wait {
    /// It is time for the next poll.
    Poll,
    /// The client has closed the connection.
    Disconnected,
    /// The session was revoked, or the server shuts down.
    Ended,
}

/// Waits until the next poll. `revoked` resolves when the caller's session is revoked. Messages of the client mean nothing
/// and only cut the wait short.
pub async fn wait(
    state: &AppState,
    socket: &mut WebSocket,
    interval: Duration,
    revoked: Pin<&mut impl Future<Output = ()>>,
) -> Wait {
    tokio::select! {
        () = sleep(interval) => Wait::Poll,
        message = socket.recv() => match message {
            Some(Ok(Message::Close(_)) | Err(_)) | None => Wait::Disconnected,
            Some(Ok(_)) => Wait::Poll,
        },
        () = revoked => Wait::Ended,
        () = state.shutdown.cancelled() => Wait::Ended,
    }
}
