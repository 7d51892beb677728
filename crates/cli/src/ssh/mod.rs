//! `coder ssh`: a shell in a workspace, a command there, or the SSH protocol itself for other programs.

mod session;
mod stdio;
mod wait;

use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use clap::{Args, ValueEnum};

use crate::{
    context::Context,
    workspace::{find, start_if_stopped},
};

/// Open a shell in a workspace, or run a command there.
///
/// Starts a workspace that is stopped.
#[derive(Args)]
#[command(after_help = "Examples:
  A shell:               coder ssh dev
  A command:             coder ssh dev -- make test
  The stock client:      ssh -o ProxyCommand='coder ssh --stdio dev' coder.dev")]
pub struct SshArgs {
    /// The workspace.
    workspace: String,
    /// The command and its arguments, joined by spaces.
    #[arg(trailing_var_arg = true)]
    command: Vec<String>,
    /// Speak the SSH protocol on standard input and output, as a ProxyCommand.
    #[arg(long, conflicts_with = "command")]
    stdio: bool,
    /// Whether to wait for start-up scripts: yes, no, or as the template says.
    #[arg(long, value_enum, default_value = "auto", env = "CODER_SSH_WAIT", hide_env_values = true)]
    wait: Wait,
    /// The same as --wait no.
    #[arg(long, hide = true)]
    no_wait: bool,
    /// Set a variable there: NAME=VALUE. Secrets of yours with that name win.
    #[arg(
        short,
        long,
        value_name = "NAME=VALUE",
        env = "CODER_SSH_ENV",
        hide_env_values = true,
        value_delimiter = ','
    )]
    env: Vec<String>,
    /// Do not start a workspace that is stopped.
    #[arg(long, env = "CODER_SSH_DISABLE_AUTOSTART", hide_env_values = true)]
    disable_autostart: bool,
}

/// Whether to wait for start-up scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Wait {
    /// For all of them.
    Yes,
    /// For none.
    No,
    /// For those that the template says shells wait for.
    Auto,
}

pub async fn run(args: SshArgs, context: &Context) -> Result<ExitCode> {
    let mut variables = Vec::with_capacity(args.env.len());
    for pair in &args.env {
        match pair.split_once('=') {
            Some((name, value)) if !name.is_empty() => variables.push((name.to_owned(), value.to_owned())),
            _ => bail!("--env must be NAME=VALUE"),
        }
    }
    let client = context.client()?;
    let found = find(&client, &args.workspace).await?;
    let workspace = start_if_stopped(&client, found, !args.disable_autostart).await?;
    let wait = if args.no_wait { Wait::No } else { args.wait };
    let agent = wait::until_ready(&client, &workspace, wait).await?;
    let (link, stream) = client.dial_ssh(agent).await.context("connect to the workspace")?;
    let code = if args.stdio {
        stdio::run(stream).await.map(|()| ExitCode::SUCCESS)
    } else {
        session::run(stream, args.command.join(" "), variables).await
    };
    link.close();
    code
}
