//! Commands that change workspaces.

use anstream::{eprintln, println};
use anyhow::{Context as _, Result, bail};
use clap::Args;
use coder_wire::workspaces::CreateWorkspaceRequest;

use super::{build, find};
use crate::{
    context::Context,
    output::{display_safe, now, stamp},
    prompt,
};

/// Create a workspace.
#[derive(Args)]
pub struct CreateArgs {
    /// What the workspace is called.
    name: Option<String>,
    /// The template it is made of; not needed when there is only one.
    #[arg(short, long)]
    template: Option<String>,
    /// Do not ask.
    #[arg(short, long)]
    yes: bool,
}

pub async fn create(args: CreateArgs, context: &Context) -> Result<()> {
    let client = context.client()?;
    let name = match args.name {
        Some(name) => name,
        None if prompt::is_possible() => prompt::line("Specify a name for your workspace:")?,
        None => bail!("a workspace needs a name: coder create <name>"),
    };
    let template = match args.template {
        Some(template) => {
            client.template(&template).await.with_context(|| format!("get template {template:?}"))?
        }
        None => {
            let mut templates = client.templates().await.context("list templates")?;
            match (templates.pop(), templates.is_empty()) {
                (Some(only), true) => only,
                (None, _) => bail!("there is no template yet; push one with `coder templates push`"),
                (Some(_), false) => {
                    bail!("which template? choose one with --template; `coder templates list` names them")
                }
            }
        }
    };
    eprintln!("Workspace {} of template {}", display_safe(&name), display_safe(&template.name));
    prompt::confirm("Confirm create?", args.yes)?;
    let request =
        CreateWorkspaceRequest { name, template_id: Some(template.id), ..CreateWorkspaceRequest::default() };
    let workspace = client.create_workspace(&request).await.context("create workspace")?;
    build::follow(&client, workspace.latest_build).await?;
    println!("The {} workspace has been created at {}!", display_safe(&workspace.name), stamp(now()));
    Ok(())
}

/// Start a workspace.
#[derive(Args)]
pub struct StartArgs {
    /// The workspace.
    workspace: String,
    /// Do not wait until it is started.
    #[arg(long)]
    no_wait: bool,
    /// Do not ask.
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
        let request = coder_wire::workspaces::CreateWorkspaceBuildRequest {
            transition: "start".to_owned(),
            ..Default::default()
        };
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

/// Stop a workspace.
#[derive(Args)]
pub struct StopArgs {
    /// The workspace.
    workspace: String,
    /// Do not ask.
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

/// Restart a workspace: secrets that changed reach it with this.
#[derive(Args)]
pub struct RestartArgs {
    /// The workspace.
    workspace: String,
    /// Do not ask.
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
