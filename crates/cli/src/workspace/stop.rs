//! `coder stop`

use anstream::println;
use anyhow::Result;
use clap::Args;

use super::{build, find::find};
use crate::{
    context::Context,
    output::{display_safe, now, stamp},
    prompt,
};

/// Stop a workspace.
#[derive(Args)]
pub struct StopArgs {
    /// Workspace: NAME or OWNER/NAME.
    workspace: String,
    /// Skip confirmation.
    #[arg(short, long)]
    yes: bool,
}

pub async fn stop(args: StopArgs, context: &Context) -> Result<()> {
    let client = context.client()?;
    let workspace = find(&client, &args.workspace).await?;
    prompt::confirm("Confirm stop workspace?", args.yes)?;
    build::run(&client, &workspace, "stop", false).await?;
    println!("The {} workspace has been stopped at {}!", display_safe(&workspace.name), stamp(now()));
    Ok(())
}
