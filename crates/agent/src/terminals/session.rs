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
    launch::{Launch, Wanted},
    pty::{Ended, Group, Size, Terminal},
    until::until,
};

/// Output is read in pieces of this many bytes.
const PIECE: usize = 32 * 1024;
/// How long a session lasts that nobody watches.
const UNWATCHED: Duration = Duration::from_secs(30 * 60);
/// How long output is waited for after the end: something in the background may hold the terminal open.
const LAST_OUTPUT: Duration = Duration::from_millis(50);
/// How long what runs may take to end after it was told that nobody is there any more.
const GRACE: Duration = Duration::from_secs(5);

/// One terminal session.
pub struct Session {
    pub output: Output,
    terminal: Terminal,
    watched: AtomicUsize,
    viewers: watch::Sender<usize>,
    dismissed: Notify,
}

impl Session {
    /// Begins a session. What is answered with it lasts until its process is gone, and is to be awaited.
    pub fn begin(
        launch: &Launch,
        wanted: &Wanted,
        size: TerminalSize,
        open: watch::Receiver<bool>,
    ) -> io::Result<(Arc<Self>, impl Future<Output = ()> + Send + 'static)> {
        let command = launch.command(wanted);
        let size = Size { columns: size.columns, rows: size.rows };
        let (terminal, child) = Terminal::run(command, size, |command, _, _| {
            command.env("TERM", "xterm-256color").env("COLORTERM", "truecolor");
        })?;
        let group = Group::of(child.id());
        let session = Arc::new(Self {
            output: Output::default(),
            terminal,
            watched: AtomicUsize::new(0),
            viewers: watch::Sender::new(0),
            dismissed: Notify::new(),
        });
        if let Some(notice) = launch.notice.as_ref().filter(|_| matches!(wanted, Wanted::Shell)) {
            session.output.push(format!("{notice}\r\n").as_bytes());
        }
        let running = session.clone();
        let life = async move {
            running.run(child, &group, &open).await;
            running.output.end();
        };
        Ok((session, life))
    }

    /// Until the process has ended, or is not wanted any more: nobody has watched it for long, or the workspace stops.
    async fn run(&self, mut child: Child, group: &Group, open: &watch::Receiver<bool>) {
        let noted = group.ended();
        let (exited, gone) = watch::channel(false);
        let ending = async {
            tokio::select! {
                () = wait(&mut child, &noted) => {}
                () = self.dismissed.notified() => hang_up(&mut child, group, &noted).await,
                () = self.unwatched() => hang_up(&mut child, group, &noted).await,
                () = until(open, false) => hang_up(&mut child, group, &noted).await,
            }
            exited.send_replace(true);
        };
        tokio::join!(ending, self.read(&gone));
    }

    /// Reads what the terminal shows until its end; after the process has ended, until nothing more is there.
    async fn read(&self, exited: &watch::Receiver<bool>) {
        let mut from = self.terminal.clone();
        let mut buffer = vec![0; PIECE];
        loop {
            tokio::select! {
                () = self.output.room() => {}
                () = until(exited, true) => {}
            }
            let read = tokio::select! {
                biased;
                read = from.read(&mut buffer) => read,
                () = until(exited, true) => {
                    timeout(LAST_OUTPUT, from.read(&mut buffer)).await.unwrap_or(Ok(0))
                }
            };
            match read {
                Ok(read) if read > 0 => self.output.push(buffer.get(..read).unwrap_or_default()),
                _ => return,
            }
        }
    }

    /// Waits until nobody has watched for long.
    async fn unwatched(&self) {
        let mut viewers = self.viewers.subscribe();
        loop {
            let nobody = viewers.wait_for(|count| *count == 0).await.map(drop);
            if nobody.is_err() {
                return std::future::pending().await;
            }
            if timeout(UNWATCHED, viewers.wait_for(|count| *count > 0)).await.is_err() {
                return;
            }
        }
    }

    /// Ends it: its place is needed.
    pub fn dismiss(&self) {
        self.dismissed.notify_one();
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
    pub fn enter(self: &Arc<Self>) -> Watching {
        self.viewers.send_replace(self.watched.fetch_add(1, Ordering::SeqCst) + 1);
        Watching(self.clone())
    }
}

/// Somebody watches.
pub struct Watching(Arc<Session>);

impl Drop for Watching {
    fn drop(&mut self) {
        self.0.viewers.send_replace(self.0.watched.fetch_sub(1, Ordering::SeqCst).saturating_sub(1));
    }
}

async fn wait(child: &mut Child, noted: &Ended) {
    let _ = child.wait().await;
    noted.note();
}

/// Tells what runs that nobody is there any more, and ends it if it does not listen.
async fn hang_up(child: &mut Child, group: &Group, noted: &Ended) {
    group.signal(Signal::SIGHUP);
    group.signal(Signal::SIGCONT);
    if timeout(GRACE, child.wait()).await.is_err() {
        group.signal(Signal::SIGKILL);
        let _ = child.wait().await;
    }
    noted.note();
}
