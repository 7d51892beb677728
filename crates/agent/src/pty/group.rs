//! A process and everything it started that did not leave its group.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use nix::{
    errno::Errno,
    sys::signal::{Signal, killpg},
    unistd::Pid,
};

use crate::launch::LaunchSpec;

/// Variables whose size is told when the system refuses an environment.
const TOLD: usize = 3;

/// The group that a process leads. When this is dropped before the leader has [ended](LeaderExited), the group is told that nobody
/// is there any more, as when a terminal is closed.
#[derive(Debug)]
pub struct ProcessGroup {
    leader: Option<Pid>,
    ended: LeaderExited,
}

/// Says that a group's leader has ended by itself: what it left behind may stay, and its number may soon be another's.
#[derive(Debug, Clone, Default)]
pub struct LeaderExited(Arc<AtomicBool>);

impl LeaderExited {
    /// The leader was collected.
    pub fn note(&self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl ProcessGroup {
    /// The group of a process that was started as the leader of one.
    pub fn of(leader: Option<u32>) -> Self {
        let leader = leader.and_then(|pid| i32::try_from(pid).ok()).map(Pid::from_raw);
        Self { leader, ended: LeaderExited::default() }
    }

    /// For whoever waits for the leader.
    pub fn ended(&self) -> LeaderExited {
        self.ended.clone()
    }

    /// Signals everything in the group, while its leader runs.
    pub fn signal(&self, signal: Signal) {
        if self.ended.0.load(Ordering::SeqCst) {
            return;
        }
        if let Some(leader) = self.leader
            && let Err(error) = killpg(leader, signal)
            && error != Errno::ESRCH
        {
            tracing::debug!(%error, "cannot signal a process group");
        }
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        self.signal(Signal::SIGHUP);
    }
}

/// Why a program cannot be started, in words that help.
pub fn describe_spawn_error(error: &io::Error, launch: &LaunchSpec) -> String {
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
