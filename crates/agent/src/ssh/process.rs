//! Processes of session channels: shells, commands, subsystems.

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
    time::timeout,
};

use super::{
    channel::{ExitSent, RunningProcess, SessionChannel, to_ssh_signal},
    modes,
    stdin_queue::{self, Receiver},
};
use crate::{
    launch::{ExecTarget, LaunchSpec},
    process_group::{LeaderExited, ProcessGroup},
    pty::Pty,
    workspace::Workspace,
};

const CHUNK_SIZE: usize = 32 * 1024;
/// How long output is read after the process has exited. What is buffered arrives at once; a background process may hold
/// the stream open for ever.
const DRAIN_TIMEOUT: Duration = Duration::from_millis(50);
/// The exit status of a command that cannot be started, as in shells.
const EXIT_CANNOT_START: u32 = 126;

/// Starts a process in a channel. Returns false when the channel has one already, or the workspace is not ready.
pub fn start(workspace: &Workspace, channel: &mut SessionChannel, target: &ExecTarget, handle: Handle) -> bool {
    if channel.process.is_some() {
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
            let (stdin, queued_stdin) = stdin_queue::queue();
            let group = ProcessGroup::of(child.id());
            let leader_exited = group.leader_exited();
            channel.process = Some(RunningProcess { stdin: Some(stdin), pty: pty.clone(), group, exit_sent });
            match pty {
                Some(pty) => {
                    let notice = launch.notice.filter(|_| matches!(target, ExecTarget::LoginShell));
                    tokio::spawn(client.serve_pty(pty, child, queued_stdin, leader_exited, notice));
                }
                None => drop(tokio::spawn(client.serve_pipes(child, queued_stdin, leader_exited))),
            }
        }
        Err(error) => {
            let text = format!("cannot start: {}\n", launch.describe_spawn_error(&error));
            tokio::spawn(async move { client.send_start_error(&text).await });
        }
    }
    true
}

/// The command, with the client's variables that may be set.
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

/// The client's side of a session channel.
struct Client {
    write: ChannelWriteHalf<Msg>,
    handle: Handle,
    exit_sent: ExitSent,
}

impl Client {
    async fn serve_pipes(self, mut child: Child, queued_stdin: Receiver, leader_exited: LeaderExited) {
        let stdin = child.stdin.take().map(|stdin| tokio::spawn(queued_stdin.drain_into(stdin)));
        let stdout =
            child.stdout.take().map(|from| copy_output(from, self.write.make_writer(), &leader_exited));
        let stderr = child
            .stderr
            .take()
            .map(|from| copy_output(from, self.write.make_writer_ext(Some(1)), &leader_exited));
        let wait = async {
            let status = child.wait().await;
            leader_exited.set();
            status
        };
        let output = async { tokio::join!(optional(stdout), optional(stderr)) };
        let (status, _) = tokio::join!(wait, output);
        if let Some(stdin) = stdin {
            stdin.abort();
        }
        self.send_exit(status).await;
    }

    async fn serve_pty(
        self,
        pty: Pty,
        mut child: Child,
        queued_stdin: Receiver,
        leader_exited: LeaderExited,
        notice: Option<String>,
    ) {
        if let Some(notice) = notice {
            let _ = self.write.data_bytes(format!("{notice}\r\n")).await;
        }
        let stdin = tokio::spawn(queued_stdin.drain_into(pty.clone()));
        let wait = async {
            let status = child.wait().await;
            leader_exited.set();
            status
        };
        let (status, ()) = tokio::join!(wait, copy_output(pty, self.write.make_writer(), &leader_exited));
        stdin.abort();
        self.send_exit(status).await;
    }

    /// Sends the exit status, after all output. Errors mean that the client is gone.
    async fn send_exit(self, status: io::Result<ExitStatus>) {
        let id = self.write.id();
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

    async fn send_start_error(self, text: &str) {
        let _ = self.write.extended_data_bytes(1, text.to_owned()).await;
        let id = self.write.id();
        let _ = self.write.eof().await;
        let _ = self.handle.exit_status_request(id, EXIT_CANNOT_START).await;
        let _ = self.handle.close(id).await;
    }
}

async fn optional(copying: Option<impl Future<Output = ()>>) {
    if let Some(copying) = copying {
        copying.await;
    }
}

/// Copies output as fast as the client takes it, until end of file; once the process has exited, until nothing more is
/// buffered.
async fn copy_output(mut from: impl AsyncRead + Unpin, to: impl AsyncWrite, exited: &LeaderExited) {
    let mut to = std::pin::pin!(to);
    let mut buffer = vec![0; CHUNK_SIZE];
    loop {
        let read = tokio::select! {
            biased;
            read = from.read(&mut buffer) => read,
            () = exited.wait() => {
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
