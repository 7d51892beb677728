//! Output as lines.

use std::sync::Arc;

use coder_model::workspace::LogLevel;
use tokio::io::{AsyncRead, AsyncReadExt};
use uuid::Uuid;

use crate::outbox::Outbox;

/// The longest line, in bytes; a longer one is cut into several.
const MAX_LINE_BYTES: usize = 4096;

/// Reports everything that is read, line by line, until its end. What is not UTF-8 is replaced.
pub async fn follow(mut from: impl AsyncRead + Unpin, source: Uuid, level: LogLevel, outbox: Arc<Outbox>) {
    let mut line = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        for byte in buffer.get(..read).unwrap_or_default() {
            if *byte == b'\n' || line.len() >= MAX_LINE_BYTES {
                report(&mut line, source, level, &outbox);
            }
            if *byte != b'\n' {
                line.push(*byte);
            }
        }
    }
    if !line.is_empty() {
        report(&mut line, source, level, &outbox);
    }
}

fn report(line: &mut Vec<u8>, source: Uuid, level: LogLevel, outbox: &Outbox) {
    let text = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line)).into_owned();
    outbox.log(source, level, text);
    line.clear();
}
