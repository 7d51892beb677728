//! `coder start`

use anstream::{eprintln, println};
use anyhow::{Context as _, Result};
use clap::Args;
use coder_wire::workspaces::CreateWorkspaceBuildRequest;

use super::{build, find::find};
use crate::{
    context::Context,
    output::{display_safe, now, stamp},
};

/// Start a workspace.
#[derive(Args)]
pub struct StartArgs {
    /// Workspace: NAME or OWNER/NAME.
    workspace: String,
    /// Do not wait for the start.
    #[arg(long)]
    no_wait: bool,
    /// Skip confirmation.
    #[arg(short, long)]
    yes: bool,
}

pub async fn start(args: StartArgs, context: &Context) -> Result<()> {
    let client = context.client()?;
    let workspace = find(&client, &args.workspace).await?;
    let name = display_safe(&workspace.name);
    match workspace.latest_build.status.as_str() {
        "running" => {
            println!("The {name} workspace is already running!");
            return Ok(());
        }
        "pending" | "starting" => {
            println!("The {name} workspace is waiting to start!");
            if !args.no_wait {
                build::follow(&client, workspace.latest_build).await?;
            }
            return Ok(());
        }
        _ => {}
    }
    if workspace.latest_build.status == "failed" && workspace.latest_build.transition == "start" {
        eprintln!("The last start failed; stopping the workspace first.");
        build::run(&client, &workspace, "stop", false).await?;
    }
    if args.no_wait {
        let request = CreateWorkspaceBuildRequest { transition: "start".to_owned(), ..Default::default() };
        client.create_build(workspace.id, &request).await.context("start workspace")?;
        println!(
            "The {name} workspace has been started in no-wait mode. Workspace is building in the background."
        );
        return Ok(());
    }
    build::run(&client, &workspace, "start", false).await?;
    println!("The {name} workspace has been started at {}!", stamp(now()));
    Ok(())
}
