//! Channels that forward a connection instead of serving a process.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use russh::{
    ChannelId, ChannelWriteHalf,
    server::{Handle, Msg},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, copy, split},
    time::sleep,
};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::stdin_queue::{self, Receiver, Sender};

/// In one SSH connection. Editors open one channel for each of their requests.
const MAX_CHANNELS: usize = 256;

/// How long queued bytes may take to be written after the client has closed the channel.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);

/// The forwarded channels of one SSH connection. Cheap to clone.
#[derive(Clone, Default)]
pub struct ForwardedChannels(Arc<Mutex<HashMap<ChannelId, ForwardedChannel>>>);

/// Dropping it ends the relay.
struct ForwardedChannel {
    /// None after the client's end of file.
    input: Option<Sender>,
    /// Taken by the relay.
    queue: Option<Receiver>,
    closed: CancellationToken,
    _open: DropGuard,
}

impl ForwardedChannel {
    fn new() -> Self {
        let (input, queue) = stdin_queue::queue();
        let closed = CancellationToken::new();
        Self { input: Some(input), queue: Some(queue), _open: closed.clone().drop_guard(), closed }
    }
}

impl ForwardedChannels {
    fn lock(&self) -> MutexGuard<'_, HashMap<ChannelId, ForwardedChannel>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn has_room(&self) -> bool {
        self.lock().len() < MAX_CHANNELS
    }

    /// Queues the client's bytes from here on. They may arrive before the [relay](Self::relay) starts.
    pub fn open(&self, id: ChannelId) {
        self.lock().entry(id).or_insert_with(ForwardedChannel::new);
    }

    /// Queues bytes of the client and returns how many are queued now; none when the channel is not a forwarded one.
    pub fn receive(&self, id: ChannelId, data: &[u8]) -> Option<usize> {
        let channels = self.lock();
        let input = channels.get(&id)?.input.as_ref()?;
        input.send(Bytes::copy_from_slice(data));
        Some(input.queued_bytes())
    }

    pub fn queued_bytes(&self, id: ChannelId) -> Option<usize> {
        self.lock().get(&id)?.input.as_ref().map(Sender::queued_bytes)
    }

    /// The longest queue of any channel.
    pub fn max_queued_bytes(&self) -> usize {
        let channels = self.lock();
        let inputs = channels.values().filter_map(|channel| channel.input.as_ref());
        inputs.map(Sender::queued_bytes).max().unwrap_or_default()
    }

    pub fn end_input(&self, id: ChannelId) {
        if let Some(channel) = self.lock().get_mut(&id) {
            channel.input = None;
        }
    }

    /// Closes a channel. A relay that starts later sees it as closed.
    pub fn close(&self, id: ChannelId) {
        let mut channels = self.lock();
        match channels.get_mut(&id) {
            Some(channel) if channel.queue.is_some() => {
                channel.input = None;
                channel.closed.cancel();
            }
            _ => drop(channels.remove(&id)),
        }
    }

    /// Removes a channel that was not opened after all.
    pub fn remove(&self, id: ChannelId) {
        self.lock().remove(&id);
    }

    /// Ends all relays.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// Copies between a channel and a connection until both directions have ended, or the client has closed the channel and
    /// the queue is written. The end of one direction is passed on as such.
    pub async fn relay(
        &self,
        write: ChannelWriteHalf<Msg>,
        handle: Handle,
        connection: impl AsyncRead + AsyncWrite,
    ) {
        let id = write.id();
        let taken = {
            let mut channels = self.lock();
            let channel = channels.entry(id).or_insert_with(ForwardedChannel::new);
            channel.queue.take().map(|queue| (queue, channel.closed.clone()))
        };
        let Some((queue, closed)) = taken else { return };
        let (mut from, to) = split(connection);
        let to_client = async {
            let mut writer = Box::pin(write.make_writer());
            tokio::select! {
                copied = copy(&mut from, &mut writer) => {
                    tracing::trace!(?copied, "a forwarded connection reached end of file");
                    let _ = write.eof().await;
                }
                () = closed.cancelled() => {}
            }
        };
        let drain_timeout = async {
            closed.cancelled().await;
            sleep(DRAIN_TIMEOUT).await;
        };
        tokio::select! {
            _ = async { tokio::join!(queue.drain_into(to), to_client) } => {}
            () = drain_timeout => {}
        }
        let _ = handle.close(id).await;
        self.remove(id);
    }
}
