//! A WebSocket as a stream of bytes, with a heartbeat.

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

/// How the two sides know of each other.
#[derive(Debug, Clone, Copy)]
pub struct Heartbeat {
    /// How often each side says that it is there.
    pub every: Duration,
    /// A peer that is silent for this long is dead.
    pub silence: Duration,
}

impl Default for Heartbeat {
    fn default() -> Self {
        Self { every: Duration::from_secs(10), silence: Duration::from_secs(25) }
    }
}

/// The largest message that is sent, in bytes.
const MESSAGE: usize = 64 * 1024;
/// The largest message that is accepted, in bytes; a peer splits at [`MESSAGE`].
pub const MAX_MESSAGE: usize = 256 * 1024;
/// What a WebSocket library is to read at once, in bytes. It clears that much before every read, so the customary 128 KiB
/// would cost more than most of what is read.
pub const READ_BUFFER: usize = 64 * 1024;

/// A WebSocket library's message.
pub trait Message: Sized {
    /// A message of bytes.
    fn binary(data: Bytes) -> Self;
    /// A heartbeat.
    fn ping() -> Self;
    /// A goodbye.
    fn close() -> Self;
    /// The bytes of a message; nothing when it is a heartbeat; an error for what is not expected here.
    ///
    /// # Errors
    /// A text message, or the end of the conversation.
    fn into_bytes(self) -> Result<Bytes, Unexpected>;
}

/// A message that carries no bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unexpected {
    /// The peer said goodbye.
    Close,
    /// The peer sent text.
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

/// A WebSocket as a stream of bytes.
pub struct Socket<W> {
    socket: W,
    pending: Bytes,
    ping: Interval,
    silence: Pin<Box<Sleep>>,
    patience: Duration,
    ended: bool,
}

impl<W> Socket<W> {
    /// Wraps a WebSocket that is open.
    #[must_use]
    pub fn new(socket: W) -> Self {
        Self::with_heartbeat(socket, Heartbeat::default())
    }

    /// Wraps a WebSocket that is open, with a heartbeat of its own.
    #[must_use]
    pub fn with_heartbeat(socket: W, heartbeat: Heartbeat) -> Self {
        let Heartbeat { every, silence: patience } = heartbeat;
        let mut ping = tokio::time::interval_at(Instant::now() + every, every);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let silence = Box::pin(tokio::time::sleep(patience));
        Self { socket, pending: Bytes::new(), ping, silence, patience, ended: false }
    }
}

impl<W, M, E> Socket<W>
where
    W: Stream<Item = Result<M, E>> + Sink<M, Error = E> + Unpin,
    M: Message,
    E: std::error::Error + Send + Sync + 'static,
{
    /// Sends a heartbeat when one is due. While the way out is blocked none is needed: the peer's silence tells.
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

impl<W, M, E> AsyncRead for Socket<W>
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
                    this.silence.as_mut().reset(Instant::now() + this.patience);
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
                    ready!(this.silence.as_mut().poll(cx));
                    return Poll::Ready(Err(io::Error::new(
                        io::ErrorKind::TimedOut,
                        "nothing was heard of the other side",
                    )));
                }
            }
        }
        let amount = this.pending.len().min(buffer.remaining());
        buffer.put_slice(&this.pending.split_to(amount));
        Poll::Ready(Ok(()))
    }
}

impl<W, M, E> AsyncWrite for Socket<W>
where
    W: Stream<Item = Result<M, E>> + Sink<M, Error = E> + Unpin,
    M: Message,
    E: std::error::Error + Send + Sync + 'static,
{
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, data: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        ready!(Pin::new(&mut this.socket).poll_ready(cx)).map_err(io::Error::other)?;
        let mut data = data;
        let bytes = data.copy_to_bytes(data.len().min(MESSAGE));
        let length = bytes.len();
        Pin::new(&mut this.socket).start_send(M::binary(bytes)).map_err(io::Error::other)?;
        Poll::Ready(Ok(length))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().socket).poll_flush(cx).map_err(io::Error::other)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        // The goodbye is a courtesy: a peer that cannot take it any more learns of the end by itself.
        if let Poll::Ready(Ok(())) = Pin::new(&mut this.socket).poll_ready(cx) {
            let _ = Pin::new(&mut this.socket).start_send(M::close());
        }
        Pin::new(&mut this.socket).poll_flush(cx).map_err(io::Error::other)
    }
}
