//! Processes that a workspace left behind: they left the agent's process group, but kept its environment.

use std::{fs, time::Duration};

use coder_model::WorkspaceId;
use nix::sys::signal::Signal;
use tokio::time::Instant;

use super::process_id::ProcessId;

/// Time between SIGTERM and SIGKILL.
const GRACE_PERIOD: Duration = Duration::from_secs(2);
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Ends every process that the workspace started and that still runs: SIGTERM, then SIGKILL.
pub async fn kill_all(workspace: WorkspaceId) {
    let variable = format!("CODER_WORKSPACE_ID={workspace}");
    for process in find(&variable) {
        process.signal(Signal::SIGTERM);
    }
    let deadline = Instant::now() + GRACE_PERIOD;
    loop {
        let remaining = find(&variable);
        if remaining.is_empty() {
            return;
        }
        if Instant::now() >= deadline {
            for process in remaining {
                process.signal(Signal::SIGKILL);
            }
            return;
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
}

/// Processes with this variable in their environment. Only those of the server's own user can be read.
fn find(variable: &str) -> Vec<ProcessId> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
        .filter(|pid| {
            let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            environment.split(|byte| *byte == 0).any(|entry| entry == variable.as_bytes())
        })
        .filter_map(ProcessId::of)
        .collect()
}
