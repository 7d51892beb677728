//! `coder show`

use anstream::println;
use anyhow::Result;
use clap::Args;
use coder_wire::workspaces::{Workspace, WorkspaceAgent};

use super::find::find;
use crate::{
    context::Context,
    output::{TextFormat, display_safe, print_json, relative},
};

/// Show a workspace and its agent.
#[derive(Args)]
pub struct ShowArgs {
    /// Workspace: NAME or OWNER/NAME.
    workspace: String,
    /// Output format.
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
    println!("{}/{}", display_safe(&workspace.owner_name), display_safe(&workspace.name));
    println!(
        "  template   {} ({})",
        display_safe(&workspace.template_name),
        display_safe(&build.template_version_name)
    );
    let outdated = if workspace.outdated { "  a newer version of the template is active" } else { "" };
    println!("  status     {}{outdated}", build.status);
    println!("  built      {}", relative(build.created_at));
    if !build.job.error.is_empty() {
        println!("  error      {}", display_safe(&build.job.error));
    }
    for agent in build.resources.iter().flat_map(|resource| &resource.agents) {
        print_agent(workspace, agent);
    }
}

fn print_agent(workspace: &Workspace, agent: &WorkspaceAgent) {
    println!("  agent      {}", display_safe(&agent.name));
    println!("    status     {}, {}", agent.status, agent.lifecycle_state);
    if !agent.version.is_empty() {
        println!(
            "    version    {} on {}/{}",
            display_safe(&agent.version),
            agent.operating_system,
            agent.architecture
        );
    }
    if !agent.expanded_directory.is_empty() {
        println!("    directory  {}", display_safe(&agent.expanded_directory));
    }
    if !agent.health.healthy {
        println!("    problem    {}", agent.health.reason);
    }
    for app in &agent.apps {
        let health = if app.health == "disabled" { String::new() } else { format!(" ({})", app.health) };
        println!("    app        {}{health}", display_safe(&app.slug));
    }
    for warning in &agent.warnings {
        println!("    warning    secret {}: {}", display_safe(&warning.secret), display_safe(&warning.message));
    }
    println!("    access     coder ssh {}", display_safe(&workspace.name));
}
