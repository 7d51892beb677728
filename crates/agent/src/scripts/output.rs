//! Output of scripts as log lines.

use std::sync::Arc;

use coder_model::workspace::LogLevel;
use tokio::io::{AsyncRead, AsyncReadExt};
use uuid::Uuid;

use crate::outbox::Outbox;

/// Longer lines are split.
const MAX_LINE_BYTES: usize = 4096;

/// Logs output line by line until end of file. Invalid UTF-8 is replaced.
pub async fn log_lines(mut from: impl AsyncRead + Unpin, source: Uuid, level: LogLevel, outbox: Arc<Outbox>) {
    let mut line = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        for byte in buffer.get(..read).unwrap_or_default() {
            if *byte == b'\n' || line.len() >= MAX_LINE_BYTES {
                log_line(&mut line, source, level, &outbox);
            }
            if *byte != b'\n' {
                line.push(*byte);
            }
        }
    }
    if !line.is_empty() {
        log_line(&mut line, source, level, &outbox);
    }
}

fn log_line(line: &mut Vec<u8>, source: Uuid, level: LogLevel, outbox: &Outbox) {
    let text = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line)).into_owned();
    outbox.log(source, level, text);
    line.clear();
}
