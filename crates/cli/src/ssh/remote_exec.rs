//! Commands that are run in the workspace to prepare a session.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use russh::{
    ChannelMsg,
    client::{Handle, Handler},
};
use tokio::{io::AsyncWriteExt, time::timeout};

const TIMEOUT: Duration = Duration::from_secs(60);
/// Of standard output and of standard error.
const MAX_OUTPUT_BYTES: usize = 64 * 1024;
/// The exit status of shells for a command that is not found.
pub const EXIT_NOT_FOUND: u32 = 127;

#[derive(Debug, Default)]
pub struct RemoteOutput {
    pub status: u32,
    pub stdout: String,
    pub stderr: String,
}

/// Runs a command with these variables and this input, and waits for its end.
pub async fn remote_exec<H: Handler>(
    session: &Handle<H>,
    variables: &[(String, String)],
    command: &str,
    input: Vec<u8>,
) -> Result<RemoteOutput> {
    match timeout(TIMEOUT, run(session, variables, command, input)).await {
        Ok(output) => output,
        Err(_) => bail!("remote command timed out: {command}"),
    }
}

async fn run<H: Handler>(
    session: &Handle<H>,
    variables: &[(String, String)],
    command: &str,
    input: Vec<u8>,
) -> Result<RemoteOutput> {
    let mut channel = session.channel_open_session().await.context("open a session in the workspace")?;
    for (name, value) in variables {
        channel.set_env(false, name, value).await?;
    }
    channel.exec(true, command).await?;
    let mut writer = Box::pin(channel.make_writer());
    // In a task, since writing may have to wait for reading.
    let write = tokio::spawn(async move {
        if writer.write_all(&input).await.is_ok() {
            let _ = writer.shutdown().await;
        }
    });
    let (mut status, mut stdout, mut stderr) = (None, Vec::new(), Vec::new());
    while let Some(message) = channel.wait().await {
        let (to, data) = match message {
            ChannelMsg::Data { data } => (&mut stdout, data),
            ChannelMsg::ExtendedData { data, .. } => (&mut stderr, data),
            ChannelMsg::ExitStatus { exit_status } => {
                status = Some(exit_status);
                continue;
            }
            ChannelMsg::Failure => {
                bail!("the workspace is not ready for sessions; try again in a moment")
            }
            ChannelMsg::Close => break,
            _ => continue,
        };
        if to.len() + data.len() > MAX_OUTPUT_BYTES {
            bail!("remote command printed more than 64 KiB: {command}");
        }
        to.extend_from_slice(&data);
    }
    write.abort();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let status = status.with_context(|| format!("remote command ended without an exit status: {command}"))?;
    Ok(RemoteOutput { status, stdout: text(stdout), stderr: text(stderr) })
}
