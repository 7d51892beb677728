//! The SSH protocol on standard input and output, for an SSH client's ProxyCommand.

use std::{io, os::fd::AsFd};

use anyhow::{Context as _, Result};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split, stdin, stdout},
    net::unix::pipe,
};

/// More than the largest SSH packet that clients send (32 KiB).
const CHUNK_SIZE: usize = 64 * 1024;

/// Copies both ways until the remote side ends.
pub async fn run(stream: impl AsyncRead + AsyncWrite) -> Result<()> {
    let (from, to) = split(stream);
    let (input, output) = standard_streams();
    let to_client = copy(from, output, true);
    tokio::pin!(to_client);
    // After the end of the input, output may still follow.
    tokio::select! {
        result = &mut to_client => result,
        result = copy(input, to, false) => match result {
            Ok(()) => to_client.await,
            Err(error) => Err(error),
        },
    }
    .context("the connection to the workspace was lost")
}

type Input = Box<dyn AsyncRead + Unpin>;
type Output = Box<dyn AsyncWrite + Unpin>;

/// Standard input and output. Pipes, which a ProxyCommand has, are polled like sockets: a blocking thread for each would cost
/// more than the encryption.
fn standard_streams() -> (Input, Output) {
    let own = |fd: &dyn AsFd| fd.as_fd().try_clone_to_owned();
    let input = own(&io::stdin()).and_then(pipe::Receiver::from_owned_fd);
    let output = own(&io::stdout()).and_then(pipe::Sender::from_owned_fd);
    (
        input.map_or_else(|_| Box::new(stdin()) as Input, |pipe| Box::new(pipe)),
        output.map_or_else(|_| Box::new(stdout()) as Output, |pipe| Box::new(pipe)),
    )
}

/// Copies until end of file. With `may_close`, a closed destination is an end of file as well.
async fn copy(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    may_close: bool,
) -> io::Result<()> {
    let mut buffer = vec![0; CHUNK_SIZE];
    loop {
        let read = from.read(&mut buffer).await?;
        if read == 0 {
            return to.shutdown().await;
        }
        let written = match to.write_all(buffer.get(..read).unwrap_or_default()).await {
            // The other program waits for these bytes.
            Ok(()) => to.flush().await,
            Err(error) => Err(error),
        };
        match written {
            Err(error) if may_close && error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            written => written?,
        }
    }
}
