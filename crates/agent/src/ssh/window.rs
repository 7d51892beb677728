//! Flow control of the bytes that a client sends.
//!
//! `russh` extends a channel's window as data arrives, whether or not anything has read it, and one task serves the whole
//! connection. Waiting there for a process to read would block its output as well, which the process may be waiting to
//! write. So the bytes are queued, and a channel whose queue is long gets a tiny window.

use std::time::Duration;

use tokio::time::sleep;

/// Bytes that a client may send ahead on one channel.
pub const WINDOW: u32 = 1024 * 1024;
/// The window of a channel whose process does not read: the least with which the client keeps asking for more.
const THROTTLED_WINDOW: u32 = 2;
/// How long the connection pauses for each packet that comes nevertheless.
const THROTTLE_DELAY: Duration = Duration::from_millis(5);
/// Bytes queued on one channel from which on every channel of its connection is throttled.
const MAX_QUEUED_BYTES: usize = 32 * 1024 * 1024;

/// The next window of a channel with `queued` unread bytes. `max_queued` is the most on any channel of the connection.
pub fn next_window(queued: usize, max_queued: impl FnOnce() -> usize) -> u32 {
    if queued > WINDOW as usize || max_queued() > MAX_QUEUED_BYTES { THROTTLED_WINDOW } else { WINDOW }
}

/// Pauses when a client has sent more than its windows allowed for.
pub async fn throttle(queued: usize) {
    if queued > 2 * WINDOW as usize {
        sleep(THROTTLE_DELAY).await;
    }
}
