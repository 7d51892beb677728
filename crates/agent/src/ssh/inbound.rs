//! What a client sends, on its way to a process that may not be reading.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use bytes::Bytes;
use tokio::{
    io::{AsyncWrite, AsyncWriteExt},
    sync::mpsc,
};

/// Counts the bytes that wait.
#[derive(Debug, Clone, Default)]
pub struct Waiting(Arc<AtomicUsize>);

impl Waiting {
    pub fn bytes(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// Where a client's bytes go in. Dropping it is the end of the input.
#[derive(Debug)]
pub struct Input {
    queue: mpsc::UnboundedSender<Bytes>,
    waiting: Waiting,
}

/// Where they come out.
pub struct Output {
    queue: mpsc::UnboundedReceiver<Bytes>,
    waiting: Waiting,
}

/// A queue whose length the client's window bounds, not the queue itself: the connection must never wait for a process to
/// read, because that process may in turn wait for the connection to take its output.
pub fn queue() -> (Input, Output) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let waiting = Waiting::default();
    (Input { queue: sender, waiting: waiting.clone() }, Output { queue: receiver, waiting })
}

impl Input {
    pub fn send(&self, data: Bytes) {
        self.waiting.0.fetch_add(data.len(), Ordering::Relaxed);
        let length = data.len();
        if self.queue.send(data).is_err() {
            // Nobody reads any more: the bytes are gone, as with a closed pipe.
            self.waiting.0.fetch_sub(length, Ordering::Relaxed);
        }
    }

    pub fn waiting(&self) -> usize {
        self.waiting.bytes()
    }
}

impl Output {
    /// Writes everything to `to` until the input ends or nobody takes it.
    pub async fn pump(mut self, mut to: impl AsyncWrite + Unpin) {
        while let Some(data) = self.queue.recv().await {
            let written = to.write_all(&data).await;
            self.waiting.0.fetch_sub(data.len(), Ordering::Relaxed);
            if written.is_err() {
                break;
            }
        }
        self.queue.close();
        while let Ok(rest) = self.queue.try_recv() {
            self.waiting.0.fetch_sub(rest.len(), Ordering::Relaxed);
        }
        let _ = to.shutdown().await;
    }
}
