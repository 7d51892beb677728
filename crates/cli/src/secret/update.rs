//! `coder secret update`

use anstream::println;
use anyhow::{Context as _, Result};
use clap::Args;
use coder_wire::secrets::UpdateUserSecretRequest;

use super::value;
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
    /// Description.
    #[arg(long)]
    description: Option<String>,
    /// Environment variable in workspaces; empty for none.
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
    /// File in workspaces; empty for none.
    #[arg(long, value_name = "PATH")]
    file: Option<String>,
    /// Whether the secret is delivered to workspaces.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL")]
    enabled: Option<bool>,
}

pub async fn run(args: UpdateArgs, context: &Context) -> Result<()> {
    let request = UpdateUserSecretRequest {
        value: value::read(args.value)?.value,
        description: args.description,
        env_name: args.env,
        file_path: args.file,
        enabled: args.enabled,
    };
    let secret = context
        .client()?
        .update_secret(&args.name, &request)
        .await
        .with_context(|| format!("update secret {:?}", args.name))?;
    println!("Updated secret {}.", display_safe(&secret.name));
    Ok(())
}
