//! Streams over one connection. One task owns and drives the connection; [`Mux`] handles ask it for streams.

use std::{
    future::poll_fn,
    io,
    pin::Pin,
    task::{Context, Poll},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::{mpsc, oneshot, watch},
};
use tokio_util::compat::{Compat, FuturesAsyncReadCompatExt, TokioAsyncReadCompatExt};

/// Streams open at once in one mux, from both ends together.
const MAX_STREAMS: usize = 256;
/// Unread bytes accepted over all streams. yamux requires 256 KiB for each.
const MAX_RECEIVE_WINDOW: usize = MAX_STREAMS * 256 * 1024;
/// The largest frame of a stream, in bytes: as much as an SSH packet, and small enough not to delay other streams.
const CHUNK_SIZE: usize = 32 * 1024;
/// Limit of waiting requests for streams, and of streams not yet accepted.
const QUEUE: usize = 32;

/// The end of the connection. The two ends must differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The end that dialed.
    Client,
    /// The end that accepted.
    Server,
}

/// Opens streams. Cheap to clone. Dropping all clones and the [`Incoming`] closes the connection, as [`Mux::close`] does.
#[derive(Debug, Clone)]
pub struct Mux {
    open: mpsc::Sender<oneshot::Sender<io::Result<MuxStream>>>,
    stop: watch::Sender<bool>,
    ended: watch::Receiver<Option<String>>,
}

/// Streams that the other end opened.
#[derive(Debug)]
pub struct Incoming {
    streams: mpsc::Receiver<MuxStream>,
    _alive: Mux,
}

/// One byte stream of a mux. Shutting down its write half leaves the read half open.
#[derive(Debug)]
pub struct MuxStream(Compat<yamux::Stream>);

impl Mux {
    /// Starts the task that multiplexes streams over `io`.
    pub fn new(io: impl AsyncRead + AsyncWrite + Send + Unpin + 'static, role: Role) -> (Self, Incoming) {
        let mut config = yamux::Config::default();
        config.set_max_num_streams(MAX_STREAMS).set_max_connection_receive_window(Some(MAX_RECEIVE_WINDOW));
        config.set_split_send_size(CHUNK_SIZE);
        let mode = match role {
            Role::Client => yamux::Mode::Client,
            Role::Server => yamux::Mode::Server,
        };
        let connection = yamux::Connection::new(io.compat(), config, mode);
        let (open, requests) = mpsc::channel(QUEUE);
        let (arrived, streams) = mpsc::channel(QUEUE);
        let (stop, stopped) = watch::channel(false);
        let (end, ended) = watch::channel(None);
        tokio::spawn(async move {
            let reason = drive(connection, requests, arrived, stopped).await;
            tracing::debug!(reason, "mux ended");
            end.send_replace(Some(reason));
        });
        let mux = Self { open, stop, ended };
        (mux.clone(), Incoming { streams, _alive: mux })
    }

    /// Opens a stream. The other end sees it once the first byte is written.
    ///
    /// # Errors
    /// When the connection has ended, or has 256 streams.
    pub async fn open(&self) -> io::Result<MuxStream> {
        let ended = || io::Error::new(io::ErrorKind::NotConnected, "the connection has ended");
        let (response, stream) = oneshot::channel();
        self.open.send(response).await.map_err(|_| ended())?;
        stream.await.map_err(|_| ended())?
    }

    /// Closes the connection with all its streams.
    pub fn close(&self) {
        self.stop.send_replace(true);
    }

    /// Waits for the end of the connection; returns the reason, for logs.
    pub async fn closed(&self) -> String {
        let mut ended = self.ended.clone();
        let reason = ended.wait_for(Option::is_some).await.map(|reason| reason.clone());
        reason.ok().flatten().unwrap_or_else(|| "the connection's task has panicked".to_owned())
    }
}

impl Incoming {
    /// The next stream that the other end opened; `None` once the connection has ended.
    pub async fn accept(&mut self) -> Option<MuxStream> {
        self.streams.recv().await
    }
}

/// Drives the connection until it ends; returns the reason.
async fn drive<T>(
    mut connection: yamux::Connection<Compat<T>>,
    mut requests: mpsc::Receiver<oneshot::Sender<io::Result<MuxStream>>>,
    arrived: mpsc::Sender<MuxStream>,
    mut stopped: watch::Receiver<bool>,
) -> String
where
    T: AsyncRead + AsyncWrite + Unpin,
{
    let mut stopped = Box::pin(async move { stopped.wait_for(|stop| *stop).await.map(drop) });
    let mut opening: Option<oneshot::Sender<io::Result<MuxStream>>> = None;
    let mut all_handles_dropped = false;
    let reason = poll_fn(|cx| {
        if Future::poll(stopped.as_mut(), cx).is_ready() {
            return Poll::Ready("closed here".to_owned());
        }
        loop {
            if opening.is_none() && !all_handles_dropped {
                match requests.poll_recv(cx) {
                    Poll::Ready(Some(response)) => opening = Some(response),
                    Poll::Ready(None) => all_handles_dropped = true,
                    Poll::Pending => {}
                }
            }
            let Some(response) = opening.take() else { break };
            match connection.poll_new_outbound(cx) {
                Poll::Ready(stream) => {
                    let _ = response.send(stream.map(MuxStream::new).map_err(io::Error::other));
                }
                Poll::Pending => {
                    opening = Some(response);
                    break;
                }
            }
        }
        loop {
            match connection.poll_next_inbound(cx) {
                // With the queue full the stream is dropped, which resets it.
                Poll::Ready(Some(Ok(stream))) => {
                    let _ = arrived.try_send(MuxStream::new(stream));
                }
                Poll::Ready(Some(Err(error))) => return Poll::Ready(error.to_string()),
                Poll::Ready(None) => return Poll::Ready("closed by the other end".to_owned()),
                Poll::Pending => return Poll::Pending,
            }
        }
    })
    .await;
    let close = poll_fn(|cx| connection.poll_close(cx));
    let _ = tokio::time::timeout(std::time::Duration::from_secs(1), close).await;
    reason
}

impl MuxStream {
    fn new(stream: yamux::Stream) -> Self {
        Self(stream.compat())
    }
}

impl AsyncRead for MuxStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl AsyncWrite for MuxStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, data: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, data)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
