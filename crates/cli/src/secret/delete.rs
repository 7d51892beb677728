//! `coder secret delete`

use anstream::println;
use anyhow::{Context as _, Result};
use clap::Args;

use crate::{
    context::Context,
    output::{display_safe, now, stamp},
    prompt,
};

/// Delete a secret.
///
/// Files that workspaces have of it stay until you delete them there.
#[derive(Args)]
pub struct DeleteArgs {
    /// Name of the secret.
    name: String,
    /// Skip confirmation.
    #[arg(short, long)]
    yes: bool,
}

pub async fn run(args: &DeleteArgs, context: &Context) -> Result<()> {
    let client = context.client()?;
    prompt::confirm(&format!("Delete secret {}?", display_safe(&args.name)), args.yes)?;
    client.delete_secret(&args.name).await.with_context(|| format!("delete secret {:?}", args.name))?;
    println!("Deleted secret {} at {}.", display_safe(&args.name), stamp(now()));
    Ok(())
}
