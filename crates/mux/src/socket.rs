//! A WebSocket as a byte stream, with keep-alive.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::{Buf, Bytes};
use futures_util::{Sink, Stream};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Interval, MissedTickBehavior, Sleep},
};

/// Keep-alive of a connection.
#[derive(Debug, Clone, Copy)]
pub struct KeepAlive {
    /// Time between pings. Each end sends its own.
    pub interval: Duration,
    /// The connection fails when the peer sends nothing for this long.
    pub timeout: Duration,
}

impl Default for KeepAlive {
    fn default() -> Self {
        Self { interval: Duration::from_secs(10), timeout: Duration::from_secs(25) }
    }
}

/// The largest message sent, in bytes.
const CHUNK_SIZE: usize = 64 * 1024;
/// The largest message accepted, in bytes. Peers of this version send at most 64 KiB.
pub const MAX_MESSAGE: usize = 256 * 1024;
/// Read buffer of the WebSocket library, in bytes. The library zeroes it before every read, which with its default of
/// 128 KiB costs more than most reads.
pub const READ_BUFFER: usize = 64 * 1024;

/// A message type of a WebSocket library: axum's on the server, tungstenite's elsewhere.
pub trait Message: Sized {
    /// A binary message.
    fn binary(data: Bytes) -> Self;
    /// A ping without payload.
    fn ping() -> Self;
    /// A close message without code.
    fn close() -> Self;
    /// The payload of a binary message; empty for a ping or pong.
    ///
    /// # Errors
    /// [`Unexpected`] for a text or close message.
    fn into_bytes(self) -> Result<Bytes, Unexpected>;
}

/// A message that is not part of the byte stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unexpected {
    /// The peer ends the connection.
    Close,
    /// A protocol error.
    Text,
}

macro_rules! message {
    ($message:ty, $($rest:pat => $else:expr)?) => {
        impl Message for $message {
            fn binary(data: Bytes) -> Self { Self::Binary(data) }
            fn ping() -> Self { Self::Ping(Bytes::new()) }
            fn close() -> Self { Self::Close(None) }
            fn into_bytes(self) -> Result<Bytes, Unexpected> {
                match self {
                    Self::Binary(data) => Ok(data),
                    Self::Ping(_) | Self::Pong(_) => Ok(Bytes::new()),
                    Self::Close(_) => Err(Unexpected::Close),
                    Self::Text(_) => Err(Unexpected::Text),
                    $($rest => $else,)?
                }
            }
        }
    };
}

message!(axum::extract::ws::Message,);
message!(tokio_tungstenite::tungstenite::Message, Self::Frame(_) => Ok(Bytes::new()));

/// A WebSocket as a byte stream.
pub struct WebSocketIo<W> {
    socket: W,
    pending: Bytes,
    ping: Interval,
    deadline: Pin<Box<Sleep>>,
    timeout: Duration,
    ended: bool,
}

impl<W> WebSocketIo<W> {
    /// Wraps an open WebSocket, with the default [`KeepAlive`].
    #[must_use]
    pub fn new(socket: W) -> Self {
        Self::with_keep_alive(socket, KeepAlive::default())
    }

    /// Wraps an open WebSocket, with another keep-alive than the default.
    #[must_use]
    pub fn with_keep_alive(socket: W, keep_alive: KeepAlive) -> Self {
        let KeepAlive { interval, timeout } = keep_alive;
        let mut ping = tokio::time::interval_at(Instant::now() + interval, interval);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let deadline = Box::pin(tokio::time::sleep(timeout));
        Self { socket, pending: Bytes::new(), ping, deadline, timeout, ended: false }
    }
}

impl<W, M, E> WebSocketIo<W>
where
    W: Stream<Item = Result<M, E>> + Sink<M, Error = E> + Unpin,
    M: Message,
    E: std::error::Error + Send + Sync + 'static,
{
    /// Sends a ping when one is due. Skips it while sending is blocked: the data before it resets the peer's
    /// timeout as well.
    fn poll_ping(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        while self.ping.poll_tick(cx).is_ready() {
            if let Poll::Ready(ready) = Pin::new(&mut self.socket).poll_ready(cx) {
                ready.map_err(io::Error::other)?;
                Pin::new(&mut self.socket).start_send(M::ping()).map_err(io::Error::other)?;
                if let Poll::Ready(flushed) = Pin::new(&mut self.socket).poll_flush(cx) {
                    flushed.map_err(io::Error::other)?;
                }
            }
        }
        Ok(())
    }
}

impl<W, M, E> AsyncRead for WebSocketIo<W>
where
    W: Stream<Item = Result<M, E>> + Sink<M, Error = E> + Unpin,
    M: Message,
    E: std::error::Error + Send + Sync + 'static,
{
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.poll_ping(cx)?;
        while this.pending.is_empty() {
            if this.ended {
                return Poll::Ready(Ok(()));
            }
            match Pin::new(&mut this.socket).poll_next(cx) {
                Poll::Ready(Some(Ok(message))) => {
                    this.deadline.as_mut().reset(Instant::now() + this.timeout);
                    match message.into_bytes() {
                        Ok(bytes) => this.pending = bytes,
                        Err(Unexpected::Close) => this.ended = true,
                        Err(Unexpected::Text) => {
                            return Poll::Ready(Err(io::Error::new(
                                io::ErrorKind::InvalidData,
                                "a text message where bytes are expected",
                            )));
                        }
                    }
                }
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Err(io::Error::other(error))),
                Poll::Ready(None) => this.ended = true,
                Poll::Pending => {
                    ready!(this.deadline.as_mut().poll(cx));
                    return Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the peer timed out")));
                }
            }
        }
        let amount = this.pending.len().min(buffer.remaining());
        buffer.put_slice(&this.pending.split_to(amount));
        Poll::Ready(Ok(()))
    }
}

impl<W, M, E> AsyncWrite for WebSocketIo<W>
where
    W: Stream<Item = Result<M, E>> + Sink<M, Error = E> + Unpin,
    M: Message,
    E: std::error::Error + Send + Sync + 'static,
{
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, data: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        ready!(Pin::new(&mut this.socket).poll_ready(cx)).map_err(io::Error::other)?;
        let mut data = data;
        let bytes = data.copy_to_bytes(data.len().min(CHUNK_SIZE));
        let length = bytes.len();
        Pin::new(&mut this.socket).start_send(M::binary(bytes)).map_err(io::Error::other)?;
        Poll::Ready(Ok(length))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().socket).poll_flush(cx).map_err(io::Error::other)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        // Best effort: a peer that cannot receive it notices the closed connection.
        if let Poll::Ready(Ok(())) = Pin::new(&mut this.socket).poll_ready(cx) {
            let _ = Pin::new(&mut this.socket).start_send(M::close());
        }
        Pin::new(&mut this.socket).poll_flush(cx).map_err(io::Error::other)
    }
}
