//! `coder create`

use anstream::{eprintln, println};
use anyhow::{Context as _, Result, bail};
use clap::Args;
use coder_wire::workspaces::CreateWorkspaceRequest;

use super::build;
use crate::{
    context::Context,
    output::{display_safe, now, stamp},
    prompt,
};

/// Create a workspace.
#[derive(Args)]
pub struct CreateArgs {
    /// Name of the workspace.
    name: Option<String>,
    /// Template of the workspace; optional when there is only one.
    #[arg(short, long)]
    template: Option<String>,
    /// Skip confirmation.
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
                (None, _) => bail!("there are no templates; create one with `coder templates push`"),
                (Some(_), false) => {
                    bail!("which template? choose one with --template; `coder templates list` lists them")
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
