//! `coder restart`

use anstream::println;
use anyhow::{Context as _, Result, bail};
use clap::Args;

use super::{build, find::find};
use crate::{
    context::Context,
    output::{display_safe, now, stamp},
    prompt,
};

/// Restart a workspace, applying changed secrets.
#[derive(Args)]
pub struct RestartArgs {
    /// Workspace: NAME or OWNER/NAME.
    workspace: String,
    /// Skip confirmation.
    #[arg(short, long)]
    yes: bool,
}

pub async fn restart(args: RestartArgs, context: &Context) -> Result<()> {
    let client = context.client()?;
    let workspace = find(&client, &args.workspace).await?;
    prompt::confirm("Confirm restart workspace?", args.yes)?;
    let first = client.restart(workspace.id).await.with_context(|| format!("restart {:?}", workspace.name))?;
    let first = build::follow(&client, first).await?;
    if first.transition == "stop" {
        let stopped =
            client.workspace(&workspace.owner_name, &workspace.name).await.context("get workspace")?;
        if stopped.latest_build.id == first.id {
            bail!(
                "the workspace is stopped and could not be started again: see `coder start {}`",
                workspace.name
            );
        }
        build::follow(&client, stopped.latest_build).await?;
    }
    println!("The {} workspace has been restarted at {}!", display_safe(&workspace.name), stamp(now()));
    Ok(())
}
