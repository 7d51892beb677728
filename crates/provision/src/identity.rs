//! Which process is ours: its number, and when the system started it, since numbers are used again.

use std::{fs, io, path::Path};

use nix::{
    errno::Errno,
    sys::signal::{Signal, kill, killpg},
    unistd::Pid,
};

/// A process, told from any later one with the same number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Identity {
    pid: i32,
    /// In clock ticks since the system started.
    started: u64,
}

impl Identity {
    /// The process that has this number now.
    pub(crate) fn of(pid: u32) -> Option<Self> {
        let pid = i32::try_from(pid).ok()?;
        Some(Self { pid, started: start_time(pid)? })
    }

    /// Reads what [`Identity::save`] wrote; nothing when there is no such file or it is not understood.
    pub(crate) fn load(path: &Path) -> Option<Self> {
        let text = fs::read_to_string(path).ok()?;
        let (pid, started) = text.trim().split_once(' ')?;
        Some(Self { pid: pid.parse().ok()?, started: started.parse().ok()? })
    }

    pub(crate) fn save(self, path: &Path) -> io::Result<()> {
        fs::write(path, format!("{} {}\n", self.pid, self.started))
    }

    /// Whether the process still runs.
    pub(crate) fn is_alive(self) -> bool {
        start_time(self.pid) == Some(self.started)
    }

    /// Signals the process.
    pub(crate) fn signal(self, signal: Signal) {
        if self.is_alive() {
            ignore_gone(kill(Pid::from_raw(self.pid), signal));
        }
    }

    /// Signals everything in the group that the process leads.
    pub(crate) fn signal_group(self, signal: Signal) {
        if self.is_alive() {
            ignore_gone(killpg(Pid::from_raw(self.pid), signal));
        }
    }
}

fn ignore_gone(result: Result<(), Errno>) {
    if let Err(error) = result
        && error != Errno::ESRCH
    {
        tracing::warn!(%error, "cannot signal a workspace's process");
    }
}

/// When the process started; nothing when there is none, or only its remains that nobody has collected.
fn start_time(pid: i32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may itself hold anything.
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut fields = fields.split(' ');
    let state = fields.next()?;
    if matches!(state, "Z" | "X") {
        return None;
    }
    fields.nth(18)?.parse().ok()
}
