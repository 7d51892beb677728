//! What a terminal has shown lately, and who has seen how much of it.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

/// What is kept for those who come back, in bytes.
pub const SCROLLBACK_BYTES: usize = 256 * 1024;
/// How far the terminal may be ahead of the viewer who has seen most, in bytes.
pub const MAX_LEAD_BYTES: usize = 128 * 1024;
/// Bytes that are given to a viewer at once.
const CHUNK_SIZE: usize = 32 * 1024;
/// What a viewer sees in the place of what it was too slow for: a reset of colours, and a line of its own.
const SKIPPED_NOTICE: &[u8] = b"\x1b[0m\r\n[some output was skipped]\r\n";

/// The latest output of a terminal. It is bounded: a terminal that runs ahead of everybody who watches has to wait, and
/// one whose viewers are gone for good runs on while the oldest output is dropped.
#[derive(Default)]
pub struct Output {
    state: Mutex<State>,
    /// There is more to see, or it is over.
    more: Notify,
    /// Somebody has seen more, or left.
    room: Notify,
}

#[derive(Default)]
struct State {
    bytes: VecDeque<u8>,
    /// How many bytes there were before those that are kept.
    dropped: u64,
    ended: bool,
    viewers: HashMap<u64, u64>,
    next_viewer: u64,
}

impl State {
    fn end_offset(&self) -> u64 {
        self.dropped + self.bytes.len() as u64
    }

    /// Where somebody begins who has seen nothing: at a line's beginning when the first lines are dropped.
    fn start_offset(&self) -> u64 {
        if self.dropped == 0 {
            return 0;
        }
        let line = self.bytes.iter().position(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        self.dropped + line as u64
    }

    fn has_room(&self) -> bool {
        self.viewers.values().max().is_none_or(|furthest| self.end_offset() < furthest + MAX_LEAD_BYTES as u64)
    }
}

impl Output {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds what the terminal shows.
    pub fn push(&self, bytes: &[u8]) {
        let mut state = self.lock();
        state.bytes.extend(bytes);
        let surplus = state.bytes.len().saturating_sub(SCROLLBACK_BYTES);
        state.bytes.drain(..surplus);
        state.dropped += surplus as u64;
        drop(state);
        self.more.notify_waiters();
    }

    /// Nothing more comes.
    pub fn end(&self) {
        self.lock().ended = true;
        self.more.notify_waiters();
    }

    /// Waits until somebody has seen enough for the terminal to go on, or nobody watches.
    pub async fn room(&self) {
        loop {
            let room = self.room.notified();
            if self.lock().has_room() {
                return;
            }
            room.await;
        }
    }

    /// Somebody watches from here on, and is first shown what is kept.
    pub fn subscribe(&self) -> Viewer<'_> {
        let mut state = self.lock();
        let id = state.next_viewer;
        state.next_viewer += 1;
        let offset = state.start_offset();
        state.viewers.insert(id, offset);
        Viewer { output: self, id, offset }
    }
}

/// Somebody who watches. Dropping it is going away.
pub struct Viewer<'a> {
    output: &'a Output,
    id: u64,
    offset: u64,
}

impl Viewer<'_> {
    /// What comes next, when there is something; nothing when it is over. What was given before counts as seen.
    pub async fn next(&mut self) -> Option<Vec<u8>> {
        self.record_progress();
        loop {
            let more = self.output.more.notified();
            {
                let state = self.output.lock();
                if self.offset < state.dropped {
                    self.offset = state.start_offset();
                    return Some(SKIPPED_NOTICE.to_vec());
                }
                let from = usize::try_from(self.offset - state.dropped).unwrap_or(usize::MAX);
                let (first, second) = state.bytes.as_slices();
                let rest = first.get(from..).filter(|rest| !rest.is_empty());
                let rest = rest.or_else(|| second.get(from.saturating_sub(first.len())..)).unwrap_or_default();
                let chunk = rest.get(..CHUNK_SIZE.min(rest.len())).unwrap_or_default().to_vec();
                if !chunk.is_empty() {
                    self.offset += chunk.len() as u64;
                    return Some(chunk);
                }
                if state.ended {
                    return None;
                }
            }
            more.await;
        }
    }

    fn record_progress(&self) {
        self.output.lock().viewers.insert(self.id, self.offset);
        self.output.room.notify_waiters();
    }
}

impl Drop for Viewer<'_> {
    fn drop(&mut self) {
        self.output.lock().viewers.remove(&self.id);
        self.output.room.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    /// Long enough for everything that is ready to have happened.
    const MOMENT: Duration = Duration::from_millis(20);

    #[tokio::test]
    async fn a_viewer_sees_everything_and_who_comes_later_sees_it_again() {
        let output = Output::default();
        output.push(b"one\n");
        let mut first = output.subscribe();
        assert_eq!(first.next().await.as_deref(), Some(&b"one\n"[..]));
        assert!(timeout(MOMENT, first.next()).await.is_err(), "nothing more yet");
        output.push(b"two\n");
        assert_eq!(first.next().await.as_deref(), Some(&b"two\n"[..]));
        output.end();
        assert_eq!(first.next().await, None);
        let mut second = output.subscribe();
        assert_eq!(second.next().await.as_deref(), Some(&b"one\ntwo\n"[..]));
        assert_eq!(second.next().await, None);
    }

    #[tokio::test]
    async fn the_terminal_waits_for_the_fastest_viewer_and_for_nobody_else() {
        let output = Output::default();
        output.push(&[b'x'; MAX_LEAD_BYTES]);
        output.room().await;
        let mut fast = output.subscribe();
        let mut slow = output.subscribe();
        assert!(timeout(MOMENT, output.room()).await.is_err(), "neither has seen anything");
        while timeout(MOMENT, fast.next()).await.is_ok() {}
        output.room().await;
        // The slow one is overtaken in the end, and told so.
        let line = [&[b'y'; 1023][..], b"\n"].concat();
        for _ in 0..SCROLLBACK_BYTES / 1024 + 1 {
            output.push(&line);
            while timeout(Duration::ZERO, fast.next()).await.is_ok() {}
        }
        assert_eq!(slow.next().await.as_deref(), Some(SKIPPED_NOTICE));
        let after = slow.next().await.unwrap();
        assert!(after.starts_with(b"yyy"), "at the beginning of a line");
        drop((fast, slow));
        output.push(&[b'z'; SCROLLBACK_BYTES]);
        output.room().await;
    }

    #[tokio::test]
    async fn what_is_kept_is_bounded() {
        let output = Output::default();
        for _ in 0..100 {
            output.push(&[b'x'; 32 * 1024]);
        }
        assert_eq!(output.lock().bytes.len(), SCROLLBACK_BYTES);
    }
}
