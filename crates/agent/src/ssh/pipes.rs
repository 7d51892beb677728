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

use super::inbound::{self, Input, Output};

/// Connections carried at once in one SSH connection. Editors open one for each request of theirs.
const MAX_PIPES: usize = 256;

/// How long the last that the client said may take to be delivered after it has closed the channel.
const LAST_INPUT: Duration = Duration::from_secs(10);

/// The connections that one SSH connection carries. Cheap to clone.
#[derive(Clone, Default)]
pub struct Pipes(Arc<Mutex<HashMap<ChannelId, Pipe>>>);

/// The near end of a carried connection. Dropping it ends what carries the other.
struct Pipe {
    /// Absent after the client's end of file.
    input: Option<Input>,
    /// Until somebody carries it on.
    output: Option<Output>,
    closed: CancellationToken,
    _open: DropGuard,
}

impl Pipe {
    fn new() -> Self {
        let (input, output) = inbound::queue();
        let closed = CancellationToken::new();
        Self { input: Some(input), output: Some(output), _open: closed.clone().drop_guard(), closed }
    }
}

impl Pipes {
    fn lock(&self) -> MutexGuard<'_, HashMap<ChannelId, Pipe>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there is room for one more.
    pub fn has_room(&self) -> bool {
        self.lock().len() < MAX_PIPES
    }

    /// Expects the client's bytes on a channel from here on. They may come before anybody [carries](Self::carry) them on.
    pub fn expect(&self, id: ChannelId) {
        self.lock().entry(id).or_insert_with(Pipe::new);
    }

    /// Takes the client's bytes, when the channel is one of these. Answers how many wait now.
    pub fn receive(&self, id: ChannelId, data: &[u8]) -> Option<usize> {
        let pipes = self.lock();
        let input = pipes.get(&id)?.input.as_ref()?;
        input.send(Bytes::copy_from_slice(data));
        Some(input.waiting())
    }

    /// How many bytes wait on a channel.
    pub fn waiting(&self, id: ChannelId) -> Option<usize> {
        self.lock().get(&id)?.input.as_ref().map(Input::waiting)
    }

    /// The most that wait on any channel.
    pub fn most_waiting(&self) -> usize {
        let pipes = self.lock();
        let inputs = pipes.values().filter_map(|pipe| pipe.input.as_ref());
        inputs.map(Input::waiting).max().unwrap_or_default()
    }

    /// Nothing more comes from the client.
    pub fn end_input(&self, id: ChannelId) {
        if let Some(pipe) = self.lock().get_mut(&id) {
            pipe.input = None;
        }
    }

    /// The client has closed a channel: ends what carries it. Where nobody does yet, whoever comes to do so finds it closed.
    pub fn close(&self, id: ChannelId) {
        let mut pipes = self.lock();
        match pipes.get_mut(&id) {
            Some(pipe) if pipe.output.is_some() => {
                pipe.input = None;
                pipe.closed.cancel();
            }
            _ => drop(pipes.remove(&id)),
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
    pub async fn carry(
        &self,
        write: ChannelWriteHalf<Msg>,
        handle: Handle,
        connection: impl AsyncRead + AsyncWrite,
    ) {
        let id = write.id();
        let claimed = {
            let mut pipes = self.lock();
            let pipe = pipes.entry(id).or_insert_with(Pipe::new);
            pipe.output.take().map(|output| (output, pipe.closed.clone()))
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
        let given_up = async {
            closed.cancelled().await;
            sleep(LAST_INPUT).await;
        };
        tokio::select! {
            _ = async { tokio::join!(output.pump(to), outwards) } => {}
            () = given_up => {}
        }
        let _ = handle.close(id).await;
        self.remove(id);
    }
}
