//! `coder logs`

use std::{collections::HashMap, time::Duration};

use anstream::println;
use anyhow::{Context as _, Result, bail};
use clap::Args;
use coder_client::Client;
use coder_wire::workspaces::WorkspaceBuild;
use tokio::time::sleep;
use uuid::Uuid;

use super::find::find;
use crate::{
    context::Context,
    output::{display_safe, stamp},
};

const POLL_INTERVAL: Duration = Duration::from_millis(500);

/// Print the logs of a workspace's build and agent.
#[derive(Args)]
pub struct LogsArgs {
    /// Workspace: NAME or OWNER/NAME.
    workspace: String,
    /// Number of the build; negative numbers count back from the latest.
    #[arg(short = 'n', long, allow_negative_numbers = true)]
    build_number: Option<i64>,
    /// Print new lines as they arrive, until interrupted.
    #[arg(short, long)]
    follow: bool,
}

pub async fn logs(args: LogsArgs, context: &Context) -> Result<()> {
    let client = context.client()?;
    let workspace = find(&client, &args.workspace).await?;
    let build = match args.build_number {
        None => workspace.latest_build.clone(),
        Some(number) => {
            let wanted = if number > 0 { number } else { workspace.latest_build.build_number + number };
            let builds = client.builds(workspace.id).await.context("list builds")?;
            match builds.into_iter().find(|build| build.build_number == wanted) {
                Some(build) => build,
                None => bail!("the workspace has no build {wanted}"),
            }
        }
    };
    let mut printed = Printed::default();
    loop {
        printed.print_new(&client, &build).await?;
        if !args.follow {
            return Ok(());
        }
        sleep(POLL_INTERVAL).await;
    }
}

/// Ids of the last lines printed.
#[derive(Default)]
struct Printed {
    build: i64,
    agents: HashMap<Uuid, i64>,
}

impl Printed {
    async fn print_new(&mut self, client: &Client, build: &WorkspaceBuild) -> Result<()> {
        loop {
            let lines = client.build_logs(build.id, self.build).await.context("read the build's log")?;
            let Some(last) = lines.last() else { break };
            self.build = last.id;
            for line in lines {
                println!(
                    "{} [{}] {}",
                    stamp(line.created_at.0),
                    display_safe(&line.stage),
                    display_safe(&line.output)
                );
            }
        }
        for agent in build.resources.iter().flat_map(|resource| &resource.agents) {
            let names: HashMap<Uuid, &str> =
                agent.log_sources.iter().map(|source| (source.id, source.display_name.as_str())).collect();
            let printed = self.agents.entry(agent.id).or_default();
            loop {
                let lines = client.agent_logs(agent.id, *printed).await.context("read the agent's log")?;
                let Some(last) = lines.last() else { break };
                *printed = last.id;
                for line in lines {
                    let name = names.get(&line.source_id).copied().unwrap_or("agent");
                    println!(
                        "{} [{}] {}",
                        stamp(line.created_at.0),
                        display_safe(name),
                        display_safe(&line.output)
                    );
                }
            }
        }
        Ok(())
    }
}
