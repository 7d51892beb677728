//! `coder secret create`

use anstream::println;
use anyhow::{Context as _, Result, bail};
use clap::Args;
use coder_wire::secrets::CreateUserSecretRequest;

use super::{settings::SettingsArgs, value};
use crate::{context::Context, output::display_safe};

/// Create a secret.
///
/// The value comes from standard input, by pipe or redirect, or from --value. Standard input keeps it out of your shell's
/// history and the process list. It is taken verbatim, including a trailing newline.
#[derive(Args)]
pub struct CreateArgs {
    /// Name of the secret.
    name: String,
    /// Secret value. Prefer standard input: other users can see arguments.
    #[arg(long)]
    value: Option<String>,
    #[command(flatten)]
    settings: SettingsArgs,
}

pub async fn run(args: CreateArgs, context: &Context) -> Result<()> {
    let input = value::read(args.value)?;
    let Some(value) = input.value else {
        if input.is_terminal {
            bail!("secret value must be provided with --value or stdin via pipe or redirect");
        }
        bail!(
            "secret value must be provided by exactly one of --value or non-interactive stdin (pipe or redirect)"
        );
    };
    let request = CreateUserSecretRequest::new(args.name.clone(), value, args.settings.into());
    let secret = context
        .client()?
        .create_secret(&request)
        .await
        .with_context(|| format!("create secret {:?}", args.name))?;
    println!("Created secret {}.", display_safe(&secret.name));
    Ok(())
}
