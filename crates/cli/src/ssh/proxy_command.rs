//! Standard input and output as one end of the SSH protocol.

use std::{io, os::fd::AsFd};

use anyhow::{Context as _, Result};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split, stdin, stdout},
    net::unix::pipe,
};

/// Bytes that are passed on at once: a large packet of SSH and what comes right after it.
const PIECE: usize = 64 * 1024;

/// Copies both ways until the workspace's side ends.
pub async fn run(stream: impl AsyncRead + AsyncWrite) -> Result<()> {
    let (from, to) = split(stream);
    let (input, output) = standard();
    let outwards = pass_on(from, output, true);
    tokio::pin!(outwards);
    // The end of the input is not yet the end of the conversation.
    tokio::select! {
        ended = &mut outwards => ended,
        ended = pass_on(input, to, false) => match ended {
            Ok(()) => outwards.await,
            Err(error) => Err(error),
        },
    }
    .context("the connection to the workspace broke")
}

type Input = Box<dyn AsyncRead + Unpin>;
type Output = Box<dyn AsyncWrite + Unpin>;

/// Standard input and output: waited for like connections where they are pipes, as those of a ProxyCommand are. A thread
/// for each, which anything else takes, costs more than the encryption of what goes through.
fn standard() -> (Input, Output) {
    let own = |fd: &dyn AsFd| fd.as_fd().try_clone_to_owned();
    let input = own(&io::stdin()).and_then(pipe::Receiver::from_owned_fd);
    let output = own(&io::stdout()).and_then(pipe::Sender::from_owned_fd);
    (
        input.map_or_else(|_| Box::new(stdin()) as Input, |pipe| Box::new(pipe)),
        output.map_or_else(|_| Box::new(stdout()) as Output, |pipe| Box::new(pipe)),
    )
}

/// Passes bytes on until they end. Where the other side `may_leave`, nobody being there to take them is an end as well.
async fn pass_on(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    may_leave: bool,
) -> io::Result<()> {
    let mut buffer = vec![0; PIECE];
    loop {
        let read = from.read(&mut buffer).await?;
        if read == 0 {
            return to.shutdown().await;
        }
        let written = match to.write_all(buffer.get(..read).unwrap_or_default()).await {
            // Nobody else does: the other program waits for these bytes.
            Ok(()) => to.flush().await,
            Err(error) => Err(error),
        };
        match written {
            Err(error) if may_leave && error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            written => written?,
        }
    }
}
