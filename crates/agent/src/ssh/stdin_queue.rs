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
pub struct QueuedBytes(Arc<AtomicUsize>);

impl QueuedBytes {
    pub fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// Where a client's bytes go in. Dropping it is the end of the input.
#[derive(Debug)]
pub struct Sender {
    queue: mpsc::UnboundedSender<Bytes>,
    queued: QueuedBytes,
}

/// Where they come out.
pub struct Receiver {
    queue: mpsc::UnboundedReceiver<Bytes>,
    queued: QueuedBytes,
}

/// A queue whose length the client's window bounds, not the queue itself: the connection must never wait for a process to
/// read, because that process may in turn wait for the connection to take its output.
pub fn queue() -> (Sender, Receiver) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let queued = QueuedBytes::default();
    (Sender { queue: sender, queued: queued.clone() }, Receiver { queue: receiver, queued })
}

impl Sender {
    pub fn send(&self, data: Bytes) {
        self.queued.0.fetch_add(data.len(), Ordering::Relaxed);
        let length = data.len();
        if self.queue.send(data).is_err() {
            // Nobody reads any more: the bytes are gone, as with a closed pipe.
            self.queued.0.fetch_sub(length, Ordering::Relaxed);
        }
    }

    pub fn queued_bytes(&self) -> usize {
        self.queued.get()
    }
}

impl Receiver {
    /// Writes everything to `to` until the input ends or nobody takes it.
    pub async fn drain_into(mut self, mut to: impl AsyncWrite + Unpin) {
        while let Some(data) = self.queue.recv().await {
            let written = to.write_all(&data).await;
            self.queued.0.fetch_sub(data.len(), Ordering::Relaxed);
            if written.is_err() {
                break;
            }
        }
        self.queue.close();
        while let Ok(rest) = self.queue.try_recv() {
            self.queued.0.fetch_sub(rest.len(), Ordering::Relaxed);
        }
        let _ = to.shutdown().await;
    }
}
