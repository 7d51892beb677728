//! `coder secret`

mod create;
mod delete;
mod import;
mod list;
mod settings;
mod toggle;
mod update;
mod value;

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::context::Context;

/// Manage secrets.
///
/// They are delivered to every workspace you own when it starts: as environment variables, files, or both.
#[derive(Args)]
#[command(after_help = "Examples:
  Store an API key as an environment variable and a file:
    printf %s \"$MYCLI_API_KEY\" | coder secret create api-key \\
      --description \"API key for workspace tools\" --env API_KEY --file \"~/.api-key\"
  Rotate it:
    echo -n \"$NEW_SECRET_VALUE\" | coder secret update api-key \\
      --description \"Rotated API key\" --env API_KEY --file \"~/.api-key\"
  Store every entry of a file:
    coder secret import ./secrets.env
  List, show, delete:
    coder secret list
    coder secret list api-key
    coder secret delete api-key")]
pub struct SecretArgs {
    #[command(subcommand)]
    pub command: SecretCommand,
}

#[derive(Subcommand)]
pub enum SecretCommand {
    Create(create::CreateArgs),
    Update(update::UpdateArgs),
    Import(import::ImportArgs),
    /// Mark a secret enabled for allowed targets.
    Enable(toggle::ToggleArgs),
    /// Disable a secret without removing it.
    Disable(toggle::ToggleArgs),
    #[command(visible_alias = "ls")]
    List(list::ListArgs),
    #[command(visible_aliases = ["remove", "rm"])]
    Delete(delete::DeleteArgs),
}

pub async fn run(command: SecretCommand, context: &Context) -> Result<()> {
    match command {
        SecretCommand::Create(args) => create::run(args, context).await,
        SecretCommand::Update(args) => update::run(args, context).await,
        SecretCommand::Import(args) => import::run(args, context).await,
        SecretCommand::Enable(args) => toggle::run(&args, true, context).await,
        SecretCommand::Disable(args) => toggle::run(&args, false, context).await,
        SecretCommand::List(args) => list::run(args, context).await,
        SecretCommand::Delete(args) => delete::run(&args, context).await,
    }
}
