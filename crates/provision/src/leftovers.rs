//! Processes that a workspace left behind: they have left its agent's group, but not its environment.

use std::{fs, time::Duration};

use nix::sys::signal::Signal;
use tokio::time::Instant;
use uuid::Uuid;

use crate::identity::Identity;

/// How long they may take to end before they are killed.
const GRACE: Duration = Duration::from_secs(2);
/// How often it is looked.
const POLL: Duration = Duration::from_millis(20);

/// Ends everything that the workspace started and that still runs: asks, waits, then insists.
pub async fn end(workspace: Uuid) {
    let mark = format!("CODER_WORKSPACE_ID={workspace}");
    for leftover in find(&mark) {
        leftover.signal(Signal::SIGTERM);
    }
    let deadline = Instant::now() + GRACE;
    loop {
        let left = find(&mark);
        if left.is_empty() {
            return;
        }
        if Instant::now() >= deadline {
            for leftover in left {
                leftover.signal(Signal::SIGKILL);
            }
            return;
        }
        tokio::time::sleep(POLL).await;
    }
}

/// Processes of this user whose environment has the mark. Those of others cannot be read, and are not ours.
fn find(mark: &str) -> Vec<Identity> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
        .filter(|pid| {
            let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            environment.split(|byte| *byte == 0).any(|variable| variable == mark.as_bytes())
        })
        .filter_map(Identity::of)
        .collect()
}
