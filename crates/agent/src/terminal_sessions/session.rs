//! One terminal session: a process on a pty, and its viewers.

use std::{io, sync::Arc, time::Duration};

use coder_wire::agent::TerminalSize;
use nix::sys::signal::Signal;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::Child,
    sync::{Notify, watch},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use super::output::Output;
use crate::{
    launch::{ExecTarget, LaunchSpec},
    process_group::{LeaderExited, ProcessGroup},
    pty::{Pty, Size},
};

const CHUNK_SIZE: usize = 32 * 1024;
/// How long a session lasts without viewers.
const DETACHED_TIMEOUT: Duration = Duration::from_secs(30 * 60);
/// How long output is read after the process has exited: a background process may hold the terminal open for ever.
const DRAIN_TIMEOUT: Duration = Duration::from_millis(50);
/// Between SIGHUP and SIGKILL.
const KILL_GRACE_PERIOD: Duration = Duration::from_secs(5);

pub struct Session {
    pub output: Output,
    pty: Pty,
    viewers: watch::Sender<usize>,
    evicted: Notify,
}

impl Session {
    /// Starts a session. The returned future is to be awaited; it ends when the process is gone.
    pub fn start(
        launch: &LaunchSpec,
        target: &ExecTarget,
        size: TerminalSize,
        shutdown: CancellationToken,
    ) -> io::Result<(Arc<Self>, impl Future<Output = ()> + Send + 'static)> {
        let command = launch.command(target);
        let size = Size { columns: size.columns, rows: size.rows };
        let (pty, child) = Pty::run(command, size, |command, _, _| {
            command.env("TERM", "xterm-256color").env("COLORTERM", "truecolor");
        })?;
        let group = ProcessGroup::of(child.id());
        let session = Arc::new(Self {
            output: Output::default(),
            pty,
            viewers: watch::Sender::new(0),
            evicted: Notify::new(),
        });
        if let Some(notice) = launch.notice.as_ref().filter(|_| matches!(target, ExecTarget::LoginShell)) {
            session.output.push(format!("{notice}\r\n").as_bytes());
        }
        let running = session.clone();
        let run = async move {
            running.run(child, &group, &shutdown).await;
            running.output.end();
        };
        Ok((session, run))
    }

    /// Runs until the process exits, or is hung up: when the session is evicted or detached for long, or the workspace shuts
    /// down.
    async fn run(&self, mut child: Child, group: &ProcessGroup, shutdown: &CancellationToken) {
        let exited = group.leader_exited();
        let end = async {
            tokio::select! {
                () = wait(&mut child, &exited) => {}
                () = self.evicted.notified() => hang_up(&mut child, group, &exited).await,
                () = self.detached_for_long() => hang_up(&mut child, group, &exited).await,
                () = shutdown.cancelled() => hang_up(&mut child, group, &exited).await,
            }
        };
        tokio::join!(end, self.read_output(&exited));
    }

    /// Reads until end of file; once the process has exited, until nothing more is buffered.
    async fn read_output(&self, exited: &LeaderExited) {
        let mut from = self.pty.clone();
        let mut buffer = vec![0; CHUNK_SIZE];
        loop {
            tokio::select! {
                () = self.output.room() => {}
                () = exited.wait() => {}
            }
            let read = tokio::select! {
                biased;
                read = from.read(&mut buffer) => read,
                () = exited.wait() => {
                    timeout(DRAIN_TIMEOUT, from.read(&mut buffer)).await.unwrap_or(Ok(0))
                }
            };
            match read {
                Ok(read) if read > 0 => self.output.push(buffer.get(..read).unwrap_or_default()),
                _ => return,
            }
        }
    }

    /// Waits until there have been no viewers for [`DETACHED_TIMEOUT`].
    async fn detached_for_long(&self) {
        let mut viewers = self.viewers.subscribe();
        loop {
            let detached = viewers.wait_for(|count| *count == 0).await.map(drop);
            if detached.is_err() {
                return std::future::pending().await;
            }
            if timeout(DETACHED_TIMEOUT, viewers.wait_for(|count| *count > 0)).await.is_err() {
                return;
            }
        }
    }

    /// Ends the session, to make room for another.
    pub fn evict(&self) {
        self.evicted.notify_one();
    }

    /// Writes input of a viewer.
    pub async fn write(&self, bytes: &[u8]) -> io::Result<()> {
        self.pty.clone().write_all(bytes).await
    }

    /// The size is the one of the viewer that was resized last.
    pub fn resize(&self, size: TerminalSize) {
        self.pty.resize(Size { columns: size.columns, rows: size.rows });
    }

    pub fn viewers(&self) -> usize {
        *self.viewers.borrow()
    }

    /// Counts a viewer until the guard is dropped.
    pub fn attach(self: &Arc<Self>) -> ViewerGuard {
        self.viewers.send_modify(|count| *count += 1);
        ViewerGuard(self.clone())
    }
}

pub struct ViewerGuard(Arc<Session>);

impl Drop for ViewerGuard {
    fn drop(&mut self) {
        self.0.viewers.send_modify(|count| *count = count.saturating_sub(1));
    }
}

async fn wait(child: &mut Child, exited: &LeaderExited) {
    let _ = child.wait().await;
    exited.set();
}

/// Sends SIGHUP, and SIGKILL if that does not end the process.
async fn hang_up(child: &mut Child, group: &ProcessGroup, exited: &LeaderExited) {
    group.signal(Signal::SIGHUP);
    // A stopped process handles the signal only once it continues.
    group.signal(Signal::SIGCONT);
    if timeout(KILL_GRACE_PERIOD, child.wait()).await.is_err() {
        group.signal(Signal::SIGKILL);
        let _ = child.wait().await;
    }
    exited.set();
}
