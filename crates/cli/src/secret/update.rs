//! `coder secret update`

use anstream::println;
use anyhow::{Context as _, Result};
use clap::Args;
use coder_wire::secrets::UpdateUserSecretRequest;

use super::value;
use crate::{context::Context, output::display_safe};

/// Update a secret's value, description or targets.
///
/// At least one of --value, --description, --env and --file must be given, or a value on standard input. An empty
/// --env or --file clears that target. Running workspaces see the change after their next start.
#[derive(Args)]
pub struct UpdateArgs {
    /// The secret.
    name: String,
    /// The new value. Prefer standard input: arguments can be seen by others.
    #[arg(long)]
    value: Option<String>,
    /// What it is for.
    #[arg(long)]
    description: Option<String>,
    /// Environment variable that workspaces get it as; empty for none.
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
    /// File that workspaces get it as; empty for none.
    #[arg(long, value_name = "PATH")]
    file: Option<String>,
    /// Whether workspaces get it.
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
