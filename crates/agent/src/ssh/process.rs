//! Processes behind session channels: shells, commands, subsystems.

use std::{
    io,
    os::unix::process::ExitStatusExt,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use russh::{
    ChannelWriteHalf,
    server::{Handle, Msg},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    process::{Child, Command},
    sync::watch,
    time::timeout,
};

use super::{
    channel::{Channel, Over, Running, to_ssh},
    inbound::{self, Output},
    modes,
};
use crate::{
    launch::{Launch, Wanted},
    pty::{Ended, Group, Terminal, explain},
    until::until,
    workspace::Workspace,
};

/// Output is read in pieces of this many bytes.
const PIECE: usize = 32 * 1024;
/// How long output is waited for after the end: what is there already is read at once, and something in the background
/// may hold it open for ever.
const LAST_OUTPUT: Duration = Duration::from_millis(50);
/// The status of a command that cannot be started, as shells have it.
const CANNOT_START: u32 = 126;

/// Starts it. Says no when there is nothing to start it in.
pub fn start(workspace: &Workspace, channel: &mut Channel, wanted: &Wanted, handle: Handle) -> bool {
    if channel.running.is_some() {
        return false;
    }
    let Some(launch) = workspace.launch() else { return false };
    let Some(write) = channel.write.take() else { return false };
    let over = Over::default();
    let client = Client { write, handle, over: over.clone() };
    let command = command(&launch, channel, wanted);
    let started = match &channel.terminal {
        Some(request) => Terminal::run(command, request.size, |command, name, tty| {
            modes::apply(tty, &request.modes);
            command.env("TERM", &request.term).env("SSH_TTY", name);
        })
        .map(|(terminal, child)| (Some(terminal), child)),
        None => on_pipes(command).map(|child| (None, child)),
    };
    match started {
        Ok((terminal, child)) => {
            let (input, output) = inbound::queue();
            let group = Group::of(child.id());
            let ended = group.ended();
            channel.running = Some(Running { input: Some(input), terminal: terminal.clone(), group, over });
            match terminal {
                Some(terminal) => {
                    let notice = launch.notice.filter(|_| matches!(wanted, Wanted::Shell));
                    tokio::spawn(client.serve_terminal(terminal, child, output, ended, notice));
                }
                None => drop(tokio::spawn(client.serve_pipes(child, output, ended))),
            }
        }
        Err(error) => {
            let text = format!("cannot start: {}\n", explain(&error, &launch));
            tokio::spawn(async move { client.refuse(&text).await });
        }
    }
    true
}

/// The process with what the client asked for, where the workspace does not insist.
fn command(launch: &Launch, channel: &Channel, wanted: &Wanted) -> Command {
    let mut command = launch.command(wanted);
    for (name, value) in &channel.variables {
        if !launch.insisted.contains(name) {
            command.env(name, value);
        }
    }
    command
}

fn on_pipes(mut command: Command) -> io::Result<Child> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0).spawn()
}

/// The way back to whoever asked.
struct Client {
    write: ChannelWriteHalf<Msg>,
    handle: Handle,
    over: Over,
}

impl Client {
    async fn serve_pipes(self, mut child: Child, input: Output, ended: Ended) {
        let (exited, gone) = watch::channel(false);
        let stdin = child.stdin.take().map(|stdin| tokio::spawn(input.pump(stdin)));
        let stdout = child.stdout.take().map(|from| pump(from, self.write.make_writer(), gone.clone()));
        let stderr =
            child.stderr.take().map(|from| pump(from, self.write.make_writer_ext(Some(1)), gone.clone()));
        let wait = async {
            let status = child.wait().await;
            ended.note();
            exited.send_replace(true);
            status
        };
        let pumps = async { tokio::join!(maybe(stdout), maybe(stderr)) };
        let (status, _) = tokio::join!(wait, pumps);
        if let Some(stdin) = stdin {
            stdin.abort();
        }
        self.finish(status).await;
    }

    async fn serve_terminal(
        self,
        terminal: Terminal,
        mut child: Child,
        input: Output,
        ended: Ended,
        notice: Option<String>,
    ) {
        if let Some(notice) = notice {
            let _ = self.write.data_bytes(format!("{notice}\r\n")).await;
        }
        let (exited, gone) = watch::channel(false);
        let stdin = tokio::spawn(input.pump(terminal.clone()));
        let wait = async {
            let status = child.wait().await;
            ended.note();
            exited.send_replace(true);
            status
        };
        let (status, ()) = tokio::join!(wait, pump(terminal, self.write.make_writer(), gone));
        stdin.abort();
        self.finish(status).await;
    }

    /// Says how it ended, after all of its output.
    async fn finish(self, status: io::Result<ExitStatus>) {
        let id = self.write.id();
        // A client that is gone needs no answer.
        let _ = self.write.eof().await;
        match status.as_ref().map(|status| (status.code(), status.signal())) {
            Ok((Some(code), _)) => {
                let _ = self.handle.exit_status_request(id, u32::try_from(code).unwrap_or(CANNOT_START)).await;
            }
            Ok((None, Some(signal))) => {
                let name = to_ssh(signal);
                let _ = self.handle.exit_signal_request(id, name, false, String::new(), String::new()).await;
            }
            _ => {
                let _ = self.handle.exit_status_request(id, CANNOT_START).await;
            }
        }
        let _ = self.handle.close(id).await;
        self.over.note();
    }

    async fn refuse(self, text: &str) {
        let _ = self.write.extended_data_bytes(1, text.to_owned()).await;
        let id = self.write.id();
        let _ = self.write.eof().await;
        let _ = self.handle.exit_status_request(id, CANNOT_START).await;
        let _ = self.handle.close(id).await;
    }
}

async fn maybe(pump: Option<impl Future<Output = ()>>) {
    if let Some(pump) = pump {
        pump.await;
    }
}

/// Passes output on as fast as the client takes it, until its end; after the process has ended, until nothing more is
/// there.
async fn pump(mut from: impl AsyncRead + Unpin, to: impl AsyncWrite, exited: watch::Receiver<bool>) {
    let mut to = std::pin::pin!(to);
    let mut buffer = vec![0; PIECE];
    loop {
        let read = tokio::select! {
            biased;
            read = from.read(&mut buffer) => read,
            () = until(&exited, true) => {
                match timeout(LAST_OUTPUT, from.read(&mut buffer)).await {
                    Ok(read) => read,
                    Err(_) => return,
                }
            }
        };
        let piece = match read {
            Ok(read) if read > 0 => buffer.get(..read).unwrap_or_default(),
            _ => return,
        };
        if to.write_all(piece).await.is_err() {
            return;
        }
    }
}
