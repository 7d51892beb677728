//! Standard input and output as one end of the SSH protocol.

use anyhow::{Context as _, Result};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, copy, split, stdin, stdout};

/// Copies both ways until the workspace's side ends.
pub async fn run(stream: impl AsyncRead + AsyncWrite) -> Result<()> {
    let (mut from, mut to) = split(stream);
    let inwards = async {
        copy(&mut stdin(), &mut to).await?;
        to.shutdown().await
    };
    let outwards = async {
        let mut out = stdout();
        let mut buffer = vec![0; 32 * 1024];
        loop {
            let read = tokio::io::AsyncReadExt::read(&mut from, &mut buffer).await?;
            if read == 0 {
                return Ok::<_, std::io::Error>(());
            }
            out.write_all(buffer.get(..read).unwrap_or_default()).await?;
            // Nobody else does: the other program waits for these bytes.
            out.flush().await?;
        }
    };
    tokio::pin!(outwards);
    // The end of the input is not yet the end of the conversation.
    tokio::select! {
        ended = &mut outwards => ended,
        ended = inwards => match ended {
            Ok(()) => outwards.await,
            Err(error) => Err(error),
        },
    }
    .context("the connection to the workspace broke")
}
