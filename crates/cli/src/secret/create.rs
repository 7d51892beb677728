//! `coder secret create`

use anstream::println;
use anyhow::{Context as _, Result, bail};
use clap::Args;
use coder_wire::secrets::CreateUserSecretRequest;

use super::value;
use crate::{context::Context, output::display_safe};

/// Create a secret.
///
/// Its value comes from standard input, by a pipe or redirect, or from --value; standard input keeps it out of your
/// shell's history and the list of processes, and is taken verbatim, a trailing newline included.
#[derive(Args)]
pub struct CreateArgs {
    /// What the secret is called.
    name: String,
    /// The value. Prefer standard input: arguments can be seen by others.
    #[arg(long)]
    value: Option<String>,
    /// What it is for.
    #[arg(long)]
    description: Option<String>,
    /// Environment variable that workspaces get it as.
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
    /// File that workspaces get it as; starts with ~/ or /.
    #[arg(long, value_name = "PATH")]
    file: Option<String>,
    /// Whether workspaces get it.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL")]
    enabled: Option<bool>,
}

pub async fn run(args: CreateArgs, context: &Context) -> Result<()> {
    let given = value::read(args.value)?;
    let Some(value) = given.value else {
        if given.terminal {
            bail!("secret value must be provided with --value or stdin via pipe or redirect");
        }
        bail!(
            "secret value must be provided by exactly one of --value or non-interactive stdin (pipe or redirect)"
        );
    };
    let request = CreateUserSecretRequest {
        name: args.name.clone(),
        value,
        description: args.description.unwrap_or_default(),
        env_name: args.env.unwrap_or_default(),
        file_path: args.file.unwrap_or_default(),
        enabled: args.enabled,
    };
    let secret = context
        .client()?
        .create_secret(&request)
        .await
        .with_context(|| format!("create secret {:?}", args.name))?;
    println!("Created secret {}.", display_safe(&secret.name));
    Ok(())
}
