//! A process and everything it started that stayed in its group.

use nix::{
    errno::Errno,
    sys::signal::{Signal, killpg},
    unistd::Pid,
};
use tokio_util::sync::CancellationToken;

/// A process group. Dropping it before the leader has exited sends SIGHUP to the group, as closing a terminal does.
#[derive(Debug)]
pub struct ProcessGroup {
    leader: Option<Pid>,
    leader_exited: LeaderExited,
}

/// Set once the leader has exited. The group is not signalled after that: background processes may live on, and the pid
/// may be reused.
#[derive(Debug, Clone, Default)]
pub struct LeaderExited(CancellationToken);

impl LeaderExited {
    pub fn set(&self) {
        self.0.cancel();
    }

    pub async fn wait(&self) {
        self.0.cancelled().await;
    }
}

impl ProcessGroup {
    /// The group of a process that was started as its leader.
    pub fn of(leader: Option<u32>) -> Self {
        let leader = leader.and_then(|pid| i32::try_from(pid).ok()).map(Pid::from_raw);
        Self { leader, leader_exited: LeaderExited::default() }
    }

    /// For the task that waits for the leader.
    pub fn leader_exited(&self) -> LeaderExited {
        self.leader_exited.clone()
    }

    /// Signals everything in the group, unless the leader has exited.
    pub fn signal(&self, signal: Signal) {
        if self.leader_exited.0.is_cancelled() {
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
