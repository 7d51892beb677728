//! A queue for bytes that a client sends to a process that may not be reading.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use bytes::Bytes;
use tokio::{
    io::{AsyncWrite, AsyncWriteExt},
    sync::mpsc,
};

#[derive(Debug, Clone, Default)]
struct QueuedBytes(Arc<AtomicUsize>);

impl QueuedBytes {
    fn add(&self, bytes: usize) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }

    fn subtract(&self, bytes: usize) {
        self.0.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// Dropping it ends the input.
#[derive(Debug)]
pub struct Sender {
    queue: mpsc::UnboundedSender<Bytes>,
    queued: QueuedBytes,
}

pub struct Receiver {
    queue: mpsc::UnboundedReceiver<Bytes>,
    queued: QueuedBytes,
}

/// A queue that is bounded by the client's window, not by itself: see [`super::window`].
pub fn queue() -> (Sender, Receiver) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let queued = QueuedBytes::default();
    (Sender { queue: sender, queued: queued.clone() }, Receiver { queue: receiver, queued })
}

impl Sender {
    pub fn send(&self, data: Bytes) {
        let bytes = data.len();
        self.queued.add(bytes);
        if self.queue.send(data).is_err() {
            // The receiver is gone: the bytes are lost, as with a closed pipe.
            self.queued.subtract(bytes);
        }
    }

    pub fn queued_bytes(&self) -> usize {
        self.queued.0.load(Ordering::Relaxed)
    }
}

impl Receiver {
    /// Writes everything to `to`, until the input ends or a write fails.
    pub async fn drain_into(mut self, mut to: impl AsyncWrite + Unpin) {
        while let Some(data) = self.queue.recv().await {
            let written = to.write_all(&data).await;
            self.queued.subtract(data.len());
            if written.is_err() {
                break;
            }
        }
        self.queue.close();
        while let Ok(rest) = self.queue.try_recv() {
            self.queued.subtract(rest.len());
        }
        let _ = to.shutdown().await;
    }
}
