//! `coder restart`

use anstream::println;
use anyhow::Result;
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
    if workspace.latest_build.transition == "start" {
        build::run(&client, &workspace, "stop", false).await?;
    }
    build::run(&client, &workspace, "start", false).await?;
    println!("The {} workspace has been restarted at {}!", display_safe(&workspace.name), stamp(now()));
    Ok(())
}
