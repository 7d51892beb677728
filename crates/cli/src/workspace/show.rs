//! `coder show`

use anstream::println;
use anyhow::Result;
use clap::Args;
use coder_wire::workspaces::{Workspace, WorkspaceAgent};

use super::find;
use crate::{
    context::Context,
    output::{TextFormat, print_json, relative, visible},
};

/// Show a workspace with its agent.
#[derive(Args)]
pub struct ShowArgs {
    /// The workspace.
    workspace: String,
    /// How it is printed.
    #[arg(short, long, value_enum, default_value = "text")]
    output: TextFormat,
}

pub async fn show(args: ShowArgs, context: &Context) -> Result<()> {
    let workspace = find(&context.client()?, &args.workspace).await?;
    if args.output == TextFormat::Json {
        return print_json(&workspace);
    }
    print(&workspace);
    Ok(())
}

fn print(workspace: &Workspace) {
    let build = &workspace.latest_build;
    println!("{}/{}", visible(&workspace.owner_name), visible(&workspace.name));
    println!("  template   {} ({})", visible(&workspace.template_name), visible(&build.template_version_name));
    let outdated = if workspace.outdated { "  a newer version of the template is active" } else { "" };
    println!("  status     {}{outdated}", build.status);
    println!("  built      {}", relative(build.created_at));
    if !build.job.error.is_empty() {
        println!("  error      {}", visible(&build.job.error));
    }
    for agent in build.resources.iter().flat_map(|resource| &resource.agents) {
        print_agent(workspace, agent);
    }
}

fn print_agent(workspace: &Workspace, agent: &WorkspaceAgent) {
    println!("  agent      {}", visible(&agent.name));
    println!("    status     {}, {}", agent.status, agent.lifecycle_state);
    if !agent.version.is_empty() {
        println!(
            "    version    {} on {}/{}",
            visible(&agent.version),
            agent.operating_system,
            agent.architecture
        );
    }
    if !agent.expanded_directory.is_empty() {
        println!("    directory  {}", visible(&agent.expanded_directory));
    }
    if !agent.health.healthy {
        println!("    problem    {}", agent.health.reason);
    }
    for app in &agent.apps {
        let health = if app.health == "disabled" { String::new() } else { format!(" ({})", app.health) };
        println!("    app        {}{health}", visible(&app.slug));
    }
    for warning in &agent.warnings {
        println!("    warning    secret {}: {}", visible(&warning.secret), visible(&warning.message));
    }
    println!("    access     coder ssh {}", visible(&workspace.name));
}
