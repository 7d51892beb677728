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
    /// The workspace.
    workspace: String,
    /// Leave its computer alone, for one that is gone already.
    #[arg(long)]
    orphan: bool,
    /// Do not ask.
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
