//! `coder delete`

use anstream::println;
use anyhow::Result;
use clap::Args;

use super::{build, find::find};
use crate::{
    context::Context,
    output::{display_safe, now, stamp},
    prompt,
};

/// Delete a workspace.
#[derive(Args)]
pub struct DeleteArgs {
    /// Workspace: NAME or OWNER/NAME.
    workspace: String,
    /// Delete only the workspace's record, when its machine or process no longer exists.
    #[arg(long)]
    orphan: bool,
    /// Skip confirmation.
    #[arg(short, long)]
    yes: bool,
}

pub async fn delete(args: DeleteArgs, context: &Context) -> Result<()> {
    let client = context.client()?;
    let workspace = find(&client, &args.workspace).await?;
    prompt::confirm("Confirm delete workspace?", args.yes)?;
    build::run(&client, &workspace, "delete", args.orphan).await?;
    println!(
        "{}/{} has been deleted at {}!",
        display_safe(&workspace.owner_name),
        display_safe(&workspace.name),
        stamp(now())
    );
    Ok(())
}
