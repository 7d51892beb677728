//! JSON messages on a byte stream: the length as a big-endian `u32`, then the text.

use serde::{Serialize, de::DeserializeOwned};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use zeroize::Zeroizing;

/// A message could not be sent or received.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// The stream failed.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The message is longer than allowed.
    #[error("a message of {length} bytes exceeds the limit of {limit}")]
    TooLong {
        /// In bytes.
        length: usize,
        /// In bytes.
        limit: usize,
    },
    /// The text is not the expected JSON. Gives only the position: messages can contain secrets.
    #[error("a message is malformed at line {line} column {column}")]
    Malformed {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
}

/// Sends a message. Its JSON text is wiped afterwards.
///
/// # Errors
/// When the stream fails, or the message does not serialize.
pub async fn send<T: Serialize>(to: &mut (impl AsyncWrite + Unpin), message: &T) -> Result<(), FrameError> {
    let mut bytes = Zeroizing::new(vec![0; 4]);
    serde_json::to_writer(&mut *bytes, message).map_err(|error| malformed(&error))?;
    let length = bytes.len() - 4;
    let prefix = u32::try_from(length)
        .map_err(|_| FrameError::TooLong { length, limit: u32::MAX as usize })?
        .to_be_bytes();
    for (byte, value) in bytes.iter_mut().zip(prefix) {
        *byte = value;
    }
    to.write_all(&bytes).await?;
    to.flush().await?;
    Ok(())
}

/// Receives a message of at most `limit` bytes. `None` when the stream ended before a message began.
///
/// # Errors
/// When the stream fails or ends within a message, or the message is too long or malformed.
pub async fn receive<T: DeserializeOwned>(
    from: &mut (impl AsyncRead + Unpin),
    limit: usize,
) -> Result<Option<T>, FrameError> {
    let mut prefix = [0; 4];
    let mut filled = 0;
    while let Some(rest) = prefix.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match from.read(rest).await? {
            0 if filled == 0 => return Ok(None),
            0 => return Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof).into()),
            read => filled += read,
        }
    }
    let length = u32::from_be_bytes(prefix) as usize;
    if length > limit {
        return Err(FrameError::TooLong { length, limit });
    }
    let mut bytes = Zeroizing::new(vec![0; length]);
    from.read_exact(&mut bytes).await?;
    serde_json::from_slice(&bytes).map(Some).map_err(|error| malformed(&error))
}

fn malformed(error: &serde_json::Error) -> FrameError {
    FrameError::Malformed { line: error.line(), column: error.column() }
}
