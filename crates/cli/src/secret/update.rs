//! `coder secret update`

use anstream::println;
use anyhow::{Context as _, Result};
use clap::Args;
use coder_wire::secrets::UpdateUserSecretRequest;

use super::{settings::SettingsArgs, value};
use crate::{context::Context, output::display_safe};

/// Update a secret's value, description or targets.
///
/// At least one of the flags must be given, or a value on standard input; the value comes from at most one of --value and
/// standard input. An empty --env or --file clears that target. Running workspaces get the change with their next start.
#[derive(Args)]
pub struct UpdateArgs {
    /// Name of the secret.
    name: String,
    /// New value. Prefer standard input: other users can see arguments.
    #[arg(long)]
    value: Option<String>,
    #[command(flatten)]
    settings: SettingsArgs,
}

pub async fn run(args: UpdateArgs, context: &Context) -> Result<()> {
    let request = UpdateUserSecretRequest::new(value::read(args.value)?.value, args.settings.into());
    let secret = context
        .client()?
        .update_secret(&args.name, &request)
        .await
        .with_context(|| format!("update secret {:?}", args.name))?;
    println!("Updated secret {}.", display_safe(&secret.name));
    Ok(())
}
