//! Waiting until a workspace's agent is connected and its startup scripts have finished.

use std::time::Duration;

use anstream::eprintln;
use anyhow::{Context as _, Result, bail};
use clap::ValueEnum;
use coder_client::Client;
use coder_wire::workspaces::{Workspace, WorkspaceAgent};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use crate::output::display_safe;

const POLL_INTERVAL: Duration = Duration::from_millis(100);
/// Waiting for a shorter time is not reported.
const QUIET_PERIOD: Duration = Duration::from_secs(1);

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Wait {
    /// Wait for all of them.
    Yes,
    /// Wait for none.
    No,
    /// Wait for those that the template makes shells wait for.
    Auto,
}

impl Wait {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Auto => "auto",
        }
    }
}

/// Waits for the agent and, depending on `wait`, for its scripts. Prints what it is waiting for.
pub async fn wait_until_ready(client: &Client, workspace: &Workspace, wait: Wait) -> Result<Uuid> {
    let found = workspace.latest_build.resources.iter().flat_map(|resource| &resource.agents).next();
    let mut agent = found.cloned().context("the workspace has no agent")?;
    let since = Instant::now();
    let mut reported = "";
    loop {
        let waiting_for = match missing(&agent, wait) {
            None => break,
            Some(text) => text,
        };
        if agent.status == "timeout" && reported != "timeout" {
            eprintln!(
                "The agent is taking longer than expected to connect; see `coder logs {}`.",
                workspace.name
            );
            reported = "timeout";
        } else if reported.is_empty() && since.elapsed() > QUIET_PERIOD
            || (reported != waiting_for && reported != "timeout" && !reported.is_empty())
        {
            eprintln!("Waiting for {waiting_for}...");
            reported = waiting_for;
        }
        sleep(POLL_INTERVAL).await;
        agent = match client.agent(agent.id).await {
            Ok(agent) => agent,
            Err(error) if error.status() == Some(404) => bail!("the workspace has been deleted"),
            Err(error) => return Err(error).context("get the agent"),
        };
    }
    match agent.lifecycle_state.as_str() {
        "start_error" => {
            eprintln!("A startup script failed; see `coder logs {}`.", display_safe(&workspace.name));
        }
        "start_timeout" => {
            eprintln!("A startup script timed out; see `coder logs {}`.", display_safe(&workspace.name));
        }
        _ => {}
    }
    Ok(agent.id)
}

/// What the workspace is not ready without.
fn missing(agent: &WorkspaceAgent, wait: Wait) -> Option<&'static str> {
    if agent.status != "connected" {
        return Some("the workspace's agent to connect");
    }
    let for_scripts = match wait {
        Wait::Yes => true,
        Wait::No => false,
        Wait::Auto => agent.startup_script_behavior == "blocking",
    };
    let finished = !matches!(agent.lifecycle_state.as_str(), "created" | "starting");
    (for_scripts && !finished).then_some("the workspace's startup scripts")
}
