//! Waiting until a workspace's agent is there and its start-up scripts are done.

use std::time::Duration;

use anstream::eprintln;
use anyhow::{Context as _, Result, bail};
use clap::ValueEnum;
use coder_client::Client;
use coder_wire::workspaces::{Workspace, WorkspaceAgent};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use crate::output::display_safe;

/// How often the agent is looked at.
const POLL: Duration = Duration::from_millis(100);
/// How long waiting goes on silently.
const SILENT: Duration = Duration::from_secs(1);

/// Whether to wait for start-up scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Wait {
    /// For all of them.
    Yes,
    /// For none.
    No,
    /// For those that the template says shells wait for.
    Auto,
}

impl Wait {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Auto => "auto",
        }
    }
}

/// Waits for the agent and, as asked, for its scripts. Says what it waits for.
pub async fn wait_until_ready(client: &Client, workspace: &Workspace, wait: Wait) -> Result<Uuid> {
    let found = workspace.latest_build.resources.iter().flat_map(|resource| &resource.agents).next();
    let mut agent = found.cloned().context("the workspace has no agent")?;
    let since = Instant::now();
    let mut said = "";
    loop {
        let waiting_for = match missing(&agent, wait) {
            None => break,
            Some(text) => text,
        };
        if agent.status == "timeout" && said != "timeout" {
            eprintln!(
                "The agent is taking longer than expected to connect; see `coder logs {}`.",
                workspace.name
            );
            said = "timeout";
        } else if said.is_empty() && since.elapsed() > SILENT
            || (said != waiting_for && said != "timeout" && !said.is_empty())
        {
            eprintln!("Waiting for {waiting_for}...");
            said = waiting_for;
        }
        sleep(POLL).await;
        agent = match client.agent(agent.id).await {
            Ok(agent) => agent,
            Err(error) if error.status() == Some(404) => bail!("the workspace was deleted meanwhile"),
            Err(error) => return Err(error).context("get the agent"),
        };
    }
    match agent.lifecycle_state.as_str() {
        "start_error" => {
            eprintln!("A start-up script failed; see `coder logs {}`.", display_safe(&workspace.name));
        }
        "start_timeout" => {
            eprintln!("A start-up script took too long; see `coder logs {}`.", display_safe(&workspace.name));
        }
        _ => {}
    }
    Ok(agent.id)
}

/// What is still missing.
fn missing(agent: &WorkspaceAgent, wait: Wait) -> Option<&'static str> {
    if agent.status != "connected" {
        return Some("the workspace's agent to connect");
    }
    let for_scripts = match wait {
        Wait::Yes => true,
        Wait::No => false,
        Wait::Auto => agent.startup_script_behavior == "blocking",
    };
    let over = !matches!(agent.lifecycle_state.as_str(), "created" | "starting");
    (for_scripts && !over).then_some("the workspace's start-up scripts")
}
