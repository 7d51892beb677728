//! A process and everything it started that did not leave its group.

use std::io;

use nix::{
    errno::Errno,
    sys::signal::{Signal, killpg},
    unistd::Pid,
};

use crate::workspace::Launch;

/// Variables whose size is told when the system refuses an environment.
const TOLD: usize = 3;

/// The group that a process leads. When this is dropped before it is [released](Self::release), the group is told that
/// nobody is there any more, as when a terminal is closed.
#[derive(Debug)]
pub struct Group(Option<Pid>);

impl Group {
    /// The group of a process that was started as the leader of one.
    pub fn of(leader: Option<u32>) -> Self {
        Self(leader.and_then(|pid| i32::try_from(pid).ok()).map(Pid::from_raw))
    }

    /// Signals everything in the group.
    pub fn signal(&self, signal: Signal) {
        if let Some(leader) = self.0
            && let Err(error) = killpg(leader, signal)
            && error != Errno::ESRCH
        {
            tracing::debug!(%error, "cannot signal a process group");
        }
    }

    /// The leader has ended by itself: what it left behind may stay.
    pub fn release(mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.signal(Signal::SIGHUP);
    }
}

/// Why a program cannot be started, in words that help.
pub fn explain(error: &io::Error, launch: &Launch) -> String {
    if error.raw_os_error() != Some(Errno::E2BIG as i32) {
        return error.to_string();
    }
    let mut sizes: Vec<(usize, &str)> =
        launch.env.iter().map(|(name, value)| (name.len() + value.len(), name)).collect();
    sizes.sort_unstable_by(|one, other| other.cmp(one));
    let largest: Vec<String> =
        sizes.iter().take(TOLD).map(|(bytes, name)| format!("{name} ({bytes} bytes)")).collect();
    format!(
        "the environment is too large for the system; the largest variables are {}. Deliver large secrets as files",
        largest.join(", ")
    )
}
