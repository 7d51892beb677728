//! The latest output of a terminal, and how much of it each viewer has read.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

/// Bytes kept for viewers that reconnect.
pub const SCROLLBACK_BYTES: usize = 256 * 1024;
/// Bytes by which the terminal may be ahead of the fastest viewer.
pub const MAX_LEAD_BYTES: usize = 128 * 1024;
const CHUNK_SIZE: usize = 32 * 1024;
/// Sent to a viewer in place of output that it was too slow for. Resets colors, and starts a new line.
const SKIPPED_NOTICE: &[u8] = b"\x1b[0m\r\n[some output was skipped]\r\n";

/// The latest output of a terminal. While there are viewers, the terminal waits for the fastest one; without any it runs on,
/// and the oldest output is dropped.
#[derive(Default)]
pub struct Output {
    state: Mutex<State>,
    /// Notified when output is added, or ends.
    more: Notify,
    /// Notified when a viewer has read more, or detaches.
    room: Notify,
}

#[derive(Default)]
struct State {
    bytes: VecDeque<u8>,
    /// Offset of the first byte kept.
    dropped: u64,
    ended: bool,
    /// Read offset by viewer.
    viewers: HashMap<u64, u64>,
    next_viewer: u64,
}

impl State {
    fn end_offset(&self) -> u64 {
        self.dropped + self.bytes.len() as u64
    }

    /// Start offset of a new viewer: the oldest byte kept, or the next line start if output was dropped.
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

    pub fn push(&self, bytes: &[u8]) {
        let mut state = self.lock();
        state.bytes.extend(bytes);
        let surplus = state.bytes.len().saturating_sub(SCROLLBACK_BYTES);
        state.bytes.drain(..surplus);
        state.dropped += surplus as u64;
        drop(state);
        self.more.notify_waiters();
    }

    /// Marks the end of the output.
    pub fn end(&self) {
        self.lock().ended = true;
        self.more.notify_waiters();
    }

    /// Waits until the fastest viewer is close enough behind, or there are no viewers.
    pub async fn room(&self) {
        loop {
            let room = self.room.notified();
            if self.lock().has_room() {
                return;
            }
            room.await;
        }
    }

    /// Attaches a viewer. It reads the kept output first.
    pub fn subscribe(&self) -> Viewer<'_> {
        let mut state = self.lock();
        let id = state.next_viewer;
        state.next_viewer += 1;
        let offset = state.start_offset();
        state.viewers.insert(id, offset);
        Viewer { output: self, id, offset }
    }
}

/// A viewer. Dropping it detaches.
pub struct Viewer<'a> {
    output: &'a Output,
    id: u64,
    offset: u64,
}

impl Viewer<'_> {
    /// Returns the next chunk once there is one; none at the end of the output. The chunk before counts as read then.
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

    /// Long enough for everything that is ready to be polled.
    const MOMENT: Duration = Duration::from_millis(20);

    #[tokio::test]
    async fn later_viewers_read_the_same_output_again() {
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
    async fn the_terminal_waits_for_the_fastest_viewer_only() {
        let output = Output::default();
        output.push(&[b'x'; MAX_LEAD_BYTES]);
        output.room().await;
        let mut fast = output.subscribe();
        let mut slow = output.subscribe();
        assert!(timeout(MOMENT, output.room()).await.is_err(), "neither has read anything");
        while timeout(MOMENT, fast.next()).await.is_ok() {}
        output.room().await;
        // The slow one is overtaken in the end, and gets a notice.
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
    async fn the_scrollback_is_bounded() {
        let output = Output::default();
        for _ in 0..100 {
            output.push(&[b'x'; 32 * 1024]);
        }
        assert_eq!(output.lock().bytes.len(), SCROLLBACK_BYTES);
    }
}
