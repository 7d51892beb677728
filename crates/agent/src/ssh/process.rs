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
    channel::{ExitSent, RunningProcess, SessionChannel, to_ssh_signal},
    modes,
    stdin_queue::{self, Receiver},
};
use crate::{
    launch::{ExecTarget, LaunchSpec},
    pty::{LeaderExited, ProcessGroup, Pty, describe_spawn_error},
    until::until,
    workspace::Workspace,
};

/// Output is read in pieces of this many bytes.
const CHUNK_SIZE: usize = 32 * 1024;
/// How long output is waited for after the end: what is there already is read at once, and something in the background
/// may hold it open for ever.
const DRAIN_TIMEOUT: Duration = Duration::from_millis(50);
/// The status of a command that cannot be started, as shells have it.
const EXIT_CANNOT_START: u32 = 126;

/// Starts it. Says no when there is nothing to start it in.
pub fn start(workspace: &Workspace, channel: &mut SessionChannel, target: &ExecTarget, handle: Handle) -> bool {
    if channel.running.is_some() {
        return false;
    }
    let Some(launch) = workspace.launch() else { return false };
    let Some(write) = channel.write.take() else { return false };
    let exit_sent = ExitSent::default();
    let client = Client { write, handle, exit_sent: exit_sent.clone() };
    let command = command(&launch, channel, target);
    let started = match &channel.pty {
        Some(request) => Pty::run(command, request.size, |command, name, tty| {
            modes::apply(tty, &request.modes);
            command.env("TERM", &request.term).env("SSH_TTY", name);
        })
        .map(|(pty, child)| (Some(pty), child)),
        None => spawn_piped(command).map(|child| (None, child)),
    };
    match started {
        Ok((pty, child)) => {
            let (input, output) = stdin_queue::queue();
            let group = ProcessGroup::of(child.id());
            let ended = group.ended();
            channel.running = Some(RunningProcess { input: Some(input), pty: pty.clone(), group, exit_sent });
            match pty {
                Some(pty) => {
                    let notice = launch.notice.filter(|_| matches!(target, ExecTarget::Shell));
                    tokio::spawn(client.serve_pty(pty, child, output, ended, notice));
                }
                None => drop(tokio::spawn(client.serve_pipes(child, output, ended))),
            }
        }
        Err(error) => {
            let text = format!("cannot start: {}\n", describe_spawn_error(&error, &launch));
            tokio::spawn(async move { client.reject(&text).await });
        }
    }
    true
}

/// The process with what the client asked for, where the workspace does not insist.
fn command(launch: &LaunchSpec, channel: &SessionChannel, target: &ExecTarget) -> Command {
    let mut command = launch.command(target);
    for (name, value) in &channel.variables {
        if !launch.protected.contains(name) {
            command.env(name, value);
        }
    }
    command
}

fn spawn_piped(mut command: Command) -> io::Result<Child> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0).spawn()
}

/// The way back to whoever asked.
struct Client {
    write: ChannelWriteHalf<Msg>,
    handle: Handle,
    exit_sent: ExitSent,
}

impl Client {
    async fn serve_pipes(self, mut child: Child, input: Receiver, ended: LeaderExited) {
        let (exited, gone) = watch::channel(false);
        let stdin = child.stdin.take().map(|stdin| tokio::spawn(input.drain_into(stdin)));
        let stdout = child.stdout.take().map(|from| copy_output(from, self.write.make_writer(), gone.clone()));
        let stderr = child
            .stderr
            .take()
            .map(|from| copy_output(from, self.write.make_writer_ext(Some(1)), gone.clone()));
        let wait = async {
            let status = child.wait().await;
            ended.note();
            exited.send_replace(true);
            status
        };
        let pumps = async { tokio::join!(optional(stdout), optional(stderr)) };
        let (status, _) = tokio::join!(wait, pumps);
        if let Some(stdin) = stdin {
            stdin.abort();
        }
        self.finish(status).await;
    }

    async fn serve_pty(
        self,
        pty: Pty,
        mut child: Child,
        input: Receiver,
        ended: LeaderExited,
        notice: Option<String>,
    ) {
        if let Some(notice) = notice {
            let _ = self.write.data_bytes(format!("{notice}\r\n")).await;
        }
        let (exited, gone) = watch::channel(false);
        let stdin = tokio::spawn(input.drain_into(pty.clone()));
        let wait = async {
            let status = child.wait().await;
            ended.note();
            exited.send_replace(true);
            status
        };
        let (status, ()) = tokio::join!(wait, copy_output(pty, self.write.make_writer(), gone));
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
                let _ =
                    self.handle.exit_status_request(id, u32::try_from(code).unwrap_or(EXIT_CANNOT_START)).await;
            }
            Ok((None, Some(signal))) => {
                let name = to_ssh_signal(signal);
                let _ = self.handle.exit_signal_request(id, name, false, String::new(), String::new()).await;
            }
            _ => {
                let _ = self.handle.exit_status_request(id, EXIT_CANNOT_START).await;
            }
        }
        let _ = self.handle.close(id).await;
        self.exit_sent.set();
    }

    async fn reject(self, text: &str) {
        let _ = self.write.extended_data_bytes(1, text.to_owned()).await;
        let id = self.write.id();
        let _ = self.write.eof().await;
        let _ = self.handle.exit_status_request(id, EXIT_CANNOT_START).await;
        let _ = self.handle.close(id).await;
    }
}

async fn optional(copy_output: Option<impl Future<Output = ()>>) {
    if let Some(copy_output) = copy_output {
        copy_output.await;
    }
}

/// Passes output on as fast as the client takes it, until its end; after the process has ended, until nothing more is
/// there.
async fn copy_output(mut from: impl AsyncRead + Unpin, to: impl AsyncWrite, exited: watch::Receiver<bool>) {
    let mut to = std::pin::pin!(to);
    let mut buffer = vec![0; CHUNK_SIZE];
    loop {
        let read = tokio::select! {
            biased;
            read = from.read(&mut buffer) => read,
            () = until(&exited, true) => {
                match timeout(DRAIN_TIMEOUT, from.read(&mut buffer)).await {
                    Ok(read) => read,
                    Err(_) => return,
                }
            }
        };
        let chunk = match read {
            Ok(read) if read > 0 => buffer.get(..read).unwrap_or_default(),
            _ => return,
        };
        if to.write_all(chunk).await.is_err() {
            return;
        }
    }
}
