//! `coder secret enable` and `coder secret disable`

use anstream::println;
use anyhow::{Context as _, Result};
use clap::Args;
use coder_wire::secrets::UpdateUserSecretRequest;

use crate::{context::Context, output::display_safe};

#[derive(Args)]
pub struct ToggleArgs {
    /// Name of the secret.
    name: String,
}

pub async fn run(args: &ToggleArgs, enabled: bool, context: &Context) -> Result<()> {
    let (verb, done) = if enabled { ("enable", "Enabled") } else { ("disable", "Disabled") };
    let request = UpdateUserSecretRequest { enabled: Some(enabled), ..UpdateUserSecretRequest::default() };
    let secret = context
        .client()?
        .update_secret(&args.name, &request)
        .await
        .with_context(|| format!("{verb} secret {:?}", args.name))?;
    println!("{done} secret {}.", display_safe(&secret.name));
    Ok(())
}
