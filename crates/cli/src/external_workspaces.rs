//! `coder external-workspaces`

use anstream::println;
use anyhow::{Result, anyhow};
use clap::{Args, Subcommand};

use crate::{
    context::Context,
    output::{TextFormat, print_json},
    workspace::find,
};

/// Manage workspaces on your own machines.
#[derive(Args)]
pub struct ExternalWorkspacesArgs {
    #[command(subcommand)]
    pub command: ExternalWorkspacesCommand,
}

#[derive(Subcommand)]
pub enum ExternalWorkspacesCommand {
    /// Print the command that starts the agent on a machine. It contains the agent's token: treat it as a secret.
    AgentInstructions {
        /// Workspace: NAME or NAME.AGENT.
        workspace: String,
        /// Output format.
        #[arg(short, long, value_enum, default_value = "text")]
        output: TextFormat,
    },
}

pub async fn run(command: ExternalWorkspacesCommand, context: &Context) -> Result<()> {
    let ExternalWorkspacesCommand::AgentInstructions { workspace, output } = command;
    let client = context.client()?;
    let found = find(&client, &workspace).await?;
    let named = workspace.split_once('.').map(|(_, agent)| agent.to_owned());
    let current = found.latest_build.resources.first().and_then(|resource| resource.agents.first());
    let agent = named
        .or_else(|| current.map(|agent| agent.name.clone()))
        .ok_or_else(|| anyhow!("the workspace is not started; start it with `coder start {}`", found.name))?;
    let credentials = client.external_agent_credentials(found.id, &agent).await?;
    match output {
        TextFormat::Json => print_json(&credentials),
        TextFormat::Text => {
            println!("Run this on the workspace's machine:");
            println!();
            println!("  {}", credentials.command);
            Ok(())
        }
    }
}
