//! Channels that carry a connection instead of a process.

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

/// Connections carried at once in one SSH connection. Editors open one for each request of theirs.
const MAX_CHANNELS: usize = 256;

/// How long the last that the client said may take to be delivered after it has closed the channel.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);

/// The connections that one SSH connection carries. Cheap to clone.
#[derive(Clone, Default)]
pub struct ForwardedChannels(Arc<Mutex<HashMap<ChannelId, ForwardedChannel>>>);

/// The near end of a carried connection. Dropping it ends what carries the other.
struct ForwardedChannel {
    /// Absent after the client's end of file.
    input: Option<Sender>,
    /// Until somebody carries it on.
    output: Option<Receiver>,
    closed: CancellationToken,
    _open: DropGuard,
}

impl ForwardedChannel {
    fn new() -> Self {
        let (input, output) = stdin_queue::queue();
        let closed = CancellationToken::new();
        Self { input: Some(input), output: Some(output), _open: closed.clone().drop_guard(), closed }
    }
}

impl ForwardedChannels {
    fn lock(&self) -> MutexGuard<'_, HashMap<ChannelId, ForwardedChannel>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there is room for one more.
    pub fn has_room(&self) -> bool {
        self.lock().len() < MAX_CHANNELS
    }

    /// Expects the client's bytes on a channel from here on. They may come before anybody [carries](Self::relay) them on.
    pub fn open(&self, id: ChannelId) {
        self.lock().entry(id).or_insert_with(ForwardedChannel::new);
    }

    /// Takes the client's bytes, when the channel is one of these. Answers how many wait now.
    pub fn receive(&self, id: ChannelId, data: &[u8]) -> Option<usize> {
        let channels = self.lock();
        let input = channels.get(&id)?.input.as_ref()?;
        input.send(Bytes::copy_from_slice(data));
        Some(input.queued_bytes())
    }

    /// How many bytes wait on a channel.
    pub fn queued_bytes(&self, id: ChannelId) -> Option<usize> {
        self.lock().get(&id)?.input.as_ref().map(Sender::queued_bytes)
    }

    /// The most that wait on any channel.
    pub fn max_queued_bytes(&self) -> usize {
        let channels = self.lock();
        let inputs = channels.values().filter_map(|channel| channel.input.as_ref());
        inputs.map(Sender::queued_bytes).max().unwrap_or_default()
    }

    /// Nothing more comes from the client.
    pub fn end_input(&self, id: ChannelId) {
        if let Some(channel) = self.lock().get_mut(&id) {
            channel.input = None;
        }
    }

    /// The client has closed a channel: ends what carries it. Where nobody does yet, whoever comes to do so finds it closed.
    pub fn close(&self, id: ChannelId) {
        let mut channels = self.lock();
        match channels.get_mut(&id) {
            Some(channel) if channel.output.is_some() => {
                channel.input = None;
                channel.closed.cancel();
            }
            _ => drop(channels.remove(&id)),
        }
    }

    /// Forgets a channel that did not come about.
    pub fn remove(&self, id: ChannelId) {
        self.lock().remove(&id);
    }

    /// Ends all of them.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// Joins a channel with a connection until both directions have ended, or the client closes the channel and what it said
    /// before is delivered. The end of one direction is passed on as such.
    pub async fn relay(
        &self,
        write: ChannelWriteHalf<Msg>,
        handle: Handle,
        connection: impl AsyncRead + AsyncWrite,
    ) {
        let id = write.id();
        let claimed = {
            let mut channels = self.lock();
            let channel = channels.entry(id).or_insert_with(ForwardedChannel::new);
            channel.output.take().map(|output| (output, channel.closed.clone()))
        };
        let Some((output, closed)) = claimed else { return };
        let (mut from, to) = split(connection);
        let outwards = async {
            let mut writer = Box::pin(write.make_writer());
            tokio::select! {
                copied = copy(&mut from, &mut writer) => {
                    tracing::trace!(?copied, "a carried connection has said all");
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
            _ = async { tokio::join!(output.drain_into(to), outwards) } => {}
            () = drain_timeout => {}
        }
        let _ = handle.close(id).await;
        self.remove(id);
    }
}
