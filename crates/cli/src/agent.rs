//! `coder agent`

use std::{fs, path::PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use url::Url;
use zeroize::Zeroizing;

use crate::{harden::harden, logging, output::survive_broken_pipe, server_url::parse_server_url};

/// Run a workspace agent.
#[derive(Args)]
pub struct AgentArgs {
    /// URL of the server.
    #[arg(long, env = "CODER_AGENT_URL", hide_env_values = true, value_parser = parse_server_url)]
    agent_url: Url,
    /// Token of the agent. Prefer the variable: other users can see arguments.
    #[arg(long, env = "CODER_AGENT_TOKEN", hide_env_values = true)]
    agent_token: Option<String>,
    /// File with the token of the agent.
    #[arg(long, value_name = "FILE", env = "CODER_AGENT_TOKEN_FILE", hide_env_values = true)]
    agent_token_file: Option<PathBuf>,
    /// Format of log lines.
    #[arg(long, value_enum, default_value = "text", env = "CODER_AGENT_LOG_FORMAT", hide_env_values = true)]
    log_format: logging::Format,
}

pub fn run(args: AgentArgs) -> Result<()> {
    let token = match (args.agent_token.filter(|token| !token.is_empty()), args.agent_token_file) {
        (Some(token), _) => Zeroizing::new(token),
        (None, Some(file)) => {
            let text = fs::read_to_string(&file)
                .map(Zeroizing::new)
                .with_context(|| format!("cannot read the agent's token from {}", file.display()))?;
            Zeroizing::new(text.trim().to_owned())
        }
        (None, None) => bail!("an agent needs its token: set CODER_AGENT_TOKEN or CODER_AGENT_TOKEN_FILE"),
    };
    logging::start(args.log_format);
    harden();
    survive_broken_pipe();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start")?;
    runtime.block_on(coder_agent::run(coder_agent::Options { url: args.agent_url, token }))?;
    Ok(())
}
