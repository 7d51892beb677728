//! A pseudo-terminal, and a process on it.

use std::{
    io,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    pin::Pin,
    process::Stdio,
    sync::Arc,
    task::{Context, Poll, ready},
};

use rustix::{
    fs::{Mode, OFlags, fcntl_getfl, fcntl_setfl},
    io::Errno,
    pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, ptsname, unlockpt},
    termios::{Winsize, tcsetwinsize},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf, unix::AsyncFd},
    process::{Child, Command},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    pub columns: u16,
    pub rows: u16,
}

impl Size {
    fn winsize(self) -> Winsize {
        Winsize { ws_col: self.columns, ws_row: self.rows, ws_xpixel: 0, ws_ypixel: 0 }
    }
}

/// The controlling end of a pseudo-terminal. Reads reach end of file when the last process has closed the other end.
#[derive(Clone)]
pub struct Pty(Arc<AsyncFd<OwnedFd>>);

impl Pty {
    /// Runs a command on a new pty, as leader of its own session. `prepare` gets the command, and the terminal device by name
    /// and as an open file.
    pub fn run(
        mut command: Command,
        size: Size,
        prepare: impl FnOnce(&mut Command, &str, BorrowedFd<'_>),
    ) -> io::Result<(Self, Child)> {
        // Closed on exec from the start: a process started meanwhile would keep the other end open.
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let master = openpt(flags)?;
        grantpt(&master)?;
        unlockpt(&master)?;
        let name = ptsname(&master, Vec::new())?;
        // By name where the system lacks the call (Linux before 4.13, gVisor).
        let slave = ioctl_tiocgptpeer(&master, flags)
            .or_else(|_| rustix::fs::open(name.as_c_str(), flags.into(), Mode::empty()))?;
        tcsetwinsize(&master, size.winsize())?;
        fcntl_setfl(&master, fcntl_getfl(&master)? | OFlags::NONBLOCK)?;
        prepare(&mut command, &name.to_string_lossy(), slave.as_fd());
        command
            .stdin(Stdio::from(slave.try_clone()?))
            .stdout(Stdio::from(slave.try_clone()?))
            .stderr(Stdio::from(slave));
        lead_session(&mut command);
        let child = command.spawn()?;
        // The command holds the other end open, which would hide the end of file.
        drop(command);
        Ok((Self(Arc::new(register(master)?)), child))
    }

    /// The processes are sent SIGWINCH by the system.
    pub fn resize(&self, size: Size) {
        if let Err(error) = tcsetwinsize(self.0.get_ref(), size.winsize()) {
            tracing::debug!(%error, "cannot resize a terminal");
        }
    }
}

#[allow(unsafe_code)]
fn register(master: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
    // SAFETY: an `OwnedFd` refers to the same open file while it lives, and nothing takes it out of the `AsyncFd`.
    unsafe { AsyncFd::register(master) }.map_err(io::Error::from)
}

/// Makes the command start a session with its standard input as controlling terminal.
#[allow(unsafe_code)]
fn lead_session(command: &mut Command) {
    // SAFETY: runs in the child between fork and exec. Both calls are async-signal-safe, allocate nothing and touch no
    // memory of the parent.
    unsafe {
        command.pre_exec(|| {
            rustix::process::setsid()?;
            rustix::process::ioctl_tiocsctty(rustix::stdio::stdin())?;
            Ok(())
        });
    }
}

impl AsyncRead for Pty {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        loop {
            let mut ready = ready!(self.0.poll_read_ready(cx))?;
            let read = ready.try_io(|inner| {
                let read = rustix::io::read(inner.get_ref(), buffer.initialize_unfilled());
                read.map_err(io::Error::from)
            });
            match read {
                Ok(Ok(read)) => {
                    buffer.advance(read);
                    return Poll::Ready(Ok(()));
                }
                // EIO: every process has closed the terminal.
                Ok(Err(error)) if error.raw_os_error() == Some(Errno::IO.raw_os_error()) => {
                    return Poll::Ready(Ok(()));
                }
                Ok(Err(error)) => return Poll::Ready(Err(error)),
                Err(_would_block) => {}
            }
        }
    }
}

impl AsyncWrite for Pty {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, data: &[u8]) -> Poll<io::Result<usize>> {
        loop {
            let mut ready = ready!(self.0.poll_write_ready(cx))?;
            let written =
                ready.try_io(|inner| rustix::io::write(inner.get_ref(), data).map_err(io::Error::from));
            if let Ok(written) = written {
                return Poll::Ready(written);
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
