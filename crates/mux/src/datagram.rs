//! Datagrams on a byte stream: the length as a big-endian `u16`, then the bytes.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// The longest datagram, in bytes: what the length prefix allows. UDP payloads are shorter.
pub const MAX_BYTES: usize = u16::MAX as usize;

/// Sends a datagram.
///
/// # Errors
/// When the stream fails, or `InvalidInput` when the datagram is longer than [`MAX_BYTES`].
pub async fn send(to: &mut (impl AsyncWrite + Unpin), datagram: &[u8]) -> io::Result<()> {
    let length = u16::try_from(datagram.len()).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
    let mut bytes = Vec::with_capacity(datagram.len() + 2);
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(datagram);
    to.write_all(&bytes).await?;
    to.flush().await
}

/// Receives a datagram, replacing the contents of `buffer`. Returns false when the stream has ended.
///
/// # Errors
/// When the stream fails, or ends within a datagram.
pub async fn receive(from: &mut (impl AsyncRead + Unpin), buffer: &mut Vec<u8>) -> io::Result<bool> {
    let mut length = [0; 2];
    if from.read(&mut length[..1]).await? == 0 {
        return Ok(false);
    }
    from.read_exact(&mut length[1..]).await?;
    buffer.resize(u16::from_be_bytes(length).into(), 0);
    from.read_exact(buffer).await?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn datagrams_keep_their_boundaries() {
        let (mut one, mut other) = tokio::io::duplex(1024);
        let longest = vec![7; MAX_BYTES];
        let sent = [&b"one"[..], b"", b"three", &longest];
        let sending = async {
            for datagram in sent {
                send(&mut one, datagram).await.unwrap();
            }
            assert!(send(&mut one, &vec![0; MAX_BYTES + 1]).await.is_err());
            drop(one);
        };
        let receiving = async {
            let mut buffer = Vec::new();
            for datagram in sent {
                assert!(receive(&mut other, &mut buffer).await.unwrap());
                assert_eq!(buffer, datagram);
            }
            assert!(!receive(&mut other, &mut buffer).await.unwrap());
        };
        tokio::join!(sending, receiving);
    }
}
