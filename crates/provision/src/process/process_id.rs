//! Identifies a process by pid and start time, since the system reuses pids.

use std::{fs, io, path::Path};

use nix::{
    errno::Errno,
    sys::signal::{Signal, kill, killpg},
    unistd::Pid,
};

/// A process. A later one with the same pid is not equal to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ProcessId {
    pid: i32,
    /// In clock ticks since the system booted.
    started: u64,
}

impl ProcessId {
    /// The process that has this pid now.
    pub(crate) fn of(pid: u32) -> Option<Self> {
        let pid = i32::try_from(pid).ok()?;
        Some(Self { pid, started: start_time(pid)? })
    }

    /// Reads what [`ProcessId::save`] wrote; `None` when the file is missing or malformed.
    pub(crate) fn load(path: &Path) -> Option<Self> {
        let text = fs::read_to_string(path).ok()?;
        let (pid, started) = text.trim().split_once(' ')?;
        Some(Self { pid: pid.parse().ok()?, started: started.parse().ok()? })
    }

    pub(crate) fn save(self, path: &Path) -> io::Result<()> {
        fs::write(path, format!("{} {}\n", self.pid, self.started))
    }

    pub(crate) fn is_alive(self) -> bool {
        start_time(self.pid) == Some(self.started)
    }

    pub(crate) fn signal(self, signal: Signal) {
        if self.is_alive() {
            ignore_exited(kill(Pid::from_raw(self.pid), signal));
        }
    }

    /// Signals the process group that the process leads.
    pub(crate) fn signal_group(self, signal: Signal) {
        if self.is_alive() {
            ignore_exited(killpg(Pid::from_raw(self.pid), signal));
        }
    }
}

fn ignore_exited(result: Result<(), Errno>) {
    if let Err(error) = result
        && error != Errno::ESRCH
    {
        tracing::warn!(%error, "cannot signal a workspace's process");
    }
}

/// `None` when there is no such process, or only a zombie. See proc_pid_stat(5) for the fields.
fn start_time(pid: i32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may contain parentheses and spaces.
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut fields = fields.split(' ');
    let state = fields.next()?;
    if matches!(state, "Z" | "X") {
        return None;
    }
    fields.nth(18)?.parse().ok()
}
