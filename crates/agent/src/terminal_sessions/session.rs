//! One terminal session: a process on a terminal, and whoever watches it.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use coder_wire::agent::TerminalSize;
use nix::sys::signal::Signal;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::Child,
    sync::{Notify, watch},
    time::timeout,
};

use super::output::Output;
use crate::{
    launch::{ExecTarget, LaunchSpec},
    pty::{LeaderExited, ProcessGroup, Pty, Size},
    until::until,
};

/// Output is read in pieces of this many bytes.
const CHUNK_SIZE: usize = 32 * 1024;
/// How long a session lasts that nobody watches.
const DETACHED_TIMEOUT: Duration = Duration::from_secs(30 * 60);
/// How long output is waited for after the end: something in the background may hold the terminal open.
const DRAIN_TIMEOUT: Duration = Duration::from_millis(50);
/// How long what runs may take to end after it was told that nobody is there any more.
const KILL_GRACE_PERIOD: Duration = Duration::from_secs(5);

/// One terminal session.
pub struct Session {
    pub output: Output,
    terminal: Pty,
    watched: AtomicUsize,
    viewers: watch::Sender<usize>,
    evicted: Notify,
}

impl Session {
    /// Begins a session. What is answered with it lasts until its process is gone, and is to be awaited.
    pub fn start(
        launch: &LaunchSpec,
        target: &ExecTarget,
        size: TerminalSize,
        open: watch::Receiver<bool>,
    ) -> io::Result<(Arc<Self>, impl Future<Output = ()> + Send + 'static)> {
        let command = launch.command(target);
        let size = Size { columns: size.columns, rows: size.rows };
        let (terminal, child) = Pty::run(command, size, |command, _, _| {
            command.env("TERM", "xterm-256color").env("COLORTERM", "truecolor");
        })?;
        let group = ProcessGroup::of(child.id());
        let session = Arc::new(Self {
            output: Output::default(),
            terminal,
            watched: AtomicUsize::new(0),
            viewers: watch::Sender::new(0),
            evicted: Notify::new(),
        });
        if let Some(notice) = launch.notice.as_ref().filter(|_| matches!(target, ExecTarget::Shell)) {
            session.output.push(format!("{notice}\r\n").as_bytes());
        }
        let running = session.clone();
        let life = async move {
            running.run(child, &group, &open).await;
            running.output.end();
        };
        Ok((session, life))
    }

    /// Until the process has ended, or is not target any more: nobody has watched it for long, or the workspace stops.
    async fn run(&self, mut child: Child, group: &ProcessGroup, open: &watch::Receiver<bool>) {
        let noted = group.ended();
        let (exited, gone) = watch::channel(false);
        let ending = async {
            tokio::select! {
                () = wait(&mut child, &noted) => {}
                () = self.evicted.notified() => hang_up(&mut child, group, &noted).await,
                () = self.detached() => hang_up(&mut child, group, &noted).await,
                () = until(open, false) => hang_up(&mut child, group, &noted).await,
            }
            exited.send_replace(true);
        };
        tokio::join!(ending, self.read(&gone));
    }

    /// Reads what the terminal shows until its end; after the process has ended, until nothing more is there.
    async fn read(&self, exited: &watch::Receiver<bool>) {
        let mut from = self.terminal.clone();
        let mut buffer = vec![0; CHUNK_SIZE];
        loop {
            tokio::select! {
                () = self.output.room() => {}
                () = until(exited, true) => {}
            }
            let read = tokio::select! {
                biased;
                read = from.read(&mut buffer) => read,
                () = until(exited, true) => {
                    timeout(DRAIN_TIMEOUT, from.read(&mut buffer)).await.unwrap_or(Ok(0))
                }
            };
            match read {
                Ok(read) if read > 0 => self.output.push(buffer.get(..read).unwrap_or_default()),
                _ => return,
            }
        }
    }

    /// Waits until nobody has watched for long.
    async fn detached(&self) {
        let mut viewers = self.viewers.subscribe();
        loop {
            let nobody = viewers.wait_for(|count| *count == 0).await.map(drop);
            if nobody.is_err() {
                return std::future::pending().await;
            }
            if timeout(DETACHED_TIMEOUT, viewers.wait_for(|count| *count > 0)).await.is_err() {
                return;
            }
        }
    }

    /// Ends it: its place is needed.
    pub fn evict(&self) {
        self.evicted.notify_one();
    }

    /// Types.
    pub async fn write(&self, bytes: &[u8]) -> io::Result<()> {
        self.terminal.clone().write_all(bytes).await
    }

    /// The window has another size: the latest viewer's counts.
    pub fn resize(&self, size: TerminalSize) {
        self.terminal.resize(Size { columns: size.columns, rows: size.rows });
    }

    /// How many watch.
    pub fn viewers(&self) -> usize {
        self.watched.load(Ordering::SeqCst)
    }

    /// Somebody watches for as long as what this gives lives.
    pub fn attach(self: &Arc<Self>) -> ViewerGuard {
        self.viewers.send_replace(self.watched.fetch_add(1, Ordering::SeqCst) + 1);
        ViewerGuard(self.clone())
    }
}

/// Somebody watches.
pub struct ViewerGuard(Arc<Session>);

impl Drop for ViewerGuard {
    fn drop(&mut self) {
        self.0.viewers.send_replace(self.0.watched.fetch_sub(1, Ordering::SeqCst).saturating_sub(1));
    }
}

async fn wait(child: &mut Child, noted: &LeaderExited) {
    let _ = child.wait().await;
    noted.note();
}

/// Tells what runs that nobody is there any more, and ends it if it does not listen.
async fn hang_up(child: &mut Child, group: &ProcessGroup, noted: &LeaderExited) {
    group.signal(Signal::SIGHUP);
    group.signal(Signal::SIGCONT);
    if timeout(KILL_GRACE_PERIOD, child.wait()).await.is_err() {
        group.signal(Signal::SIGKILL);
        let _ = child.wait().await;
    }
    noted.note();
}
