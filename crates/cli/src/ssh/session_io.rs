//! Standard streams and exit status of a remote process.

use std::io;

use anyhow::{Context as _, Result, bail};
use crossterm::terminal;
use russh::{Channel, ChannelMsg, Sig, client::Msg};
use tokio::{
    io::{AsyncReadExt, AsyncWrite, AsyncWriteExt},
    signal::unix::{SignalKind, signal},
};

/// Exit status when stdout is closed: 128 + SIGPIPE.
const EXIT_SIGPIPE: u8 = 128 + 13;

/// Raw mode; restored on drop.
pub struct RawMode;

impl RawMode {
    pub fn enter() -> Result<Self> {
        terminal::enable_raw_mode().context("cannot set up the terminal")?;
        Ok(Self)
    }
}

impl Drop for RawMode {
    fn drop(&mut self) {
        let _ = terminal::disable_raw_mode();
    }
}

/// Copies input and output until the channel is closed. Returns the exit status, if there was one. With `on_terminal`, changes
/// of the window size are sent.
pub async fn pump(mut channel: Channel<Msg>, on_terminal: bool) -> Result<Option<u8>> {
    let input = channel.make_writer();
    let write = tokio::spawn(async move {
        let mut from = tokio::io::stdin();
        let mut input = Box::pin(input);
        let mut buffer = vec![0; 32 * 1024];
        while let Ok(read @ 1..) = from.read(&mut buffer).await {
            if input.write_all(buffer.get(..read).unwrap_or_default()).await.is_err() {
                return;
            }
        }
        let _ = input.shutdown().await;
    });
    let mut resized = signal(SignalKind::window_change()).context("cannot listen for signals")?;
    let (mut out, mut err) = (tokio::io::stdout(), tokio::io::stderr());
    let mut status = None;
    loop {
        let message = tokio::select! {
            message = channel.wait() => message,
            _ = resized.recv(), if on_terminal => {
                if let Ok((columns, rows)) = terminal::size() {
                    channel.window_change(columns.into(), rows.into(), 0, 0).await?;
                }
                continue;
            }
        };
        match message {
            Some(ChannelMsg::Data { data }) => {
                if !print(&mut out, &data).await.context("write to standard output")? {
                    status = Some(EXIT_SIGPIPE);
                    break;
                }
            }
            Some(ChannelMsg::ExtendedData { data, .. }) => {
                if !print(&mut err, &data).await.context("write to standard error")? {
                    status = Some(EXIT_SIGPIPE);
                    break;
                }
            }
            Some(ChannelMsg::ExitStatus { exit_status }) => {
                status = Some(u8::try_from(exit_status).unwrap_or(u8::MAX));
            }
            Some(ChannelMsg::ExitSignal { signal_name, .. }) => {
                status = Some(128_u8.saturating_add(signal_number(&signal_name)));
            }
            Some(ChannelMsg::Failure) => {
                bail!("the workspace is not ready for sessions; try again in a moment")
            }
            Some(ChannelMsg::Close) | None => break,
            Some(_) => {}
        }
    }
    write.abort();
    Ok(status)
}

/// Returns false when the stream is closed.
async fn print(to: &mut (impl AsyncWrite + Unpin), data: &[u8]) -> io::Result<bool> {
    let printed = match to.write_all(data).await {
        Ok(()) => to.flush().await,
        Err(error) => Err(error),
    };
    match printed {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        printed => printed.map(|()| true),
    }
}

fn signal_number(signal: &Sig) -> u8 {
    match signal {
        Sig::HUP => 1,
        Sig::INT => 2,
        Sig::QUIT => 3,
        Sig::ILL => 4,
        Sig::ABRT => 6,
        Sig::FPE => 8,
        Sig::KILL => 9,
        Sig::SEGV => 11,
        Sig::PIPE => 13,
        Sig::ALRM => 14,
        Sig::TERM => 15,
        Sig::USR1 => 10,
        Sig::Custom(name) => format!("SIG{name}")
            .parse::<nix::sys::signal::Signal>()
            .ok()
            .and_then(|signal| u8::try_from(signal as i32).ok())
            .unwrap_or(127),
    }
}
