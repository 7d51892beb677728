//! `coder ssh`

mod deadline;
mod forward;
mod gpg;
mod hostname;
mod network_info;
mod proxy_command;
mod remote_exec;
mod session;
mod session_io;
mod traffic;

use std::{
    future::pending,
    io::{IsTerminal, stderr},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context as _, Result};
use clap::Args;
use coder_model::duration;
use forward::{Forwards, RemoteForward};
use gpg::GpgForward;
use session::SessionOptions;
use traffic::{Counted, Traffic};

use crate::{
    context::Context,
    logging,
    workspace::{Wait, find, start_if_stopped, wait_until_ready},
};

/// Open a shell in a workspace, or run a command.
///
/// Starts the workspace if it is stopped. Returns the exit status of the command, or 255 when the connection is lost.
#[derive(Args)]
#[command(after_help = "Examples:
  Open a shell:            coder ssh dev
  Run a command:           coder ssh dev -- make test
  Forward the SSH agent:   coder ssh -A dev -- git fetch
  Sign with gpg:           coder ssh -G dev -- git commit -S
  Forward a port:          coder ssh -R 8080:localhost:3000 dev
  Use OpenSSH instead:     coder config-ssh && ssh coder.dev")]
pub struct SshArgs {
    /// Workspace: NAME, NAME.AGENT or OWNER/NAME.
    workspace: String,
    /// Command and arguments, joined by spaces.
    #[arg(trailing_var_arg = true)]
    command: Vec<String>,
    /// Speak the SSH protocol on standard input and output, as a ProxyCommand. Forwarding is up to the SSH client then.
    #[arg(long, conflicts_with = "command")]
    stdio: bool,
    /// Forward your SSH agent to the workspace while connected.
    #[arg(short = 'A', long, env = "CODER_SSH_FORWARD_AGENT", hide_env_values = true)]
    forward_agent: bool,
    /// Forward your gpg-agent to the workspace: gpg there signs and decrypts with your keys, which stay on this machine.
    ///
    /// Requires gnupg on both sides and a running local gpg-agent, which is not started for you. Your public keys and owner
    /// trust are copied to the workspace, and its own gpg-agent is stopped.
    #[arg(short = 'G', long, env = "CODER_SSH_FORWARD_GPG", hide_env_values = true)]
    forward_gpg: bool,
    /// Forward a remote port or socket to this machine: [ADDRESS:]PORT:HOST:HOSTPORT or REMOTE_SOCKET:LOCAL_SOCKET.
    #[allow(rustdoc::broken_intra_doc_links, reason = "help, not Markdown")]
    #[arg(
        short = 'R',
        long,
        value_name = "SPEC",
        env = "CODER_SSH_REMOTE_FORWARD",
        hide_env_values = true,
        value_delimiter = ',',
        value_parser = RemoteForward::parse
    )]
    remote_forward: Vec<RemoteForward>,
    /// Whether to wait for startup scripts.
    #[arg(long, value_enum, default_value = "auto", env = "CODER_SSH_WAIT", hide_env_values = true)]
    wait: Wait,
    /// Same as --wait no.
    #[arg(long, hide = true)]
    no_wait: bool,
    /// Set an environment variable of the remote process: NAME=VALUE. Secrets take precedence.
    #[arg(
        short,
        long,
        value_name = "NAME=VALUE",
        env = "CODER_SSH_ENV",
        hide_env_values = true,
        value_delimiter = ',',
        value_parser = variable
    )]
    env: Vec<(String, String)>,
    /// Do not start a stopped workspace.
    #[arg(long, env = "CODER_SSH_DISABLE_AUTOSTART", hide_env_values = true)]
    disable_autostart: bool,
    /// Prefix to remove from the workspace's name, as in an SSH configuration.
    #[arg(long, value_name = "TEXT", env = "CODER_SSH_SSH_HOST_PREFIX", hide_env_values = true)]
    ssh_host_prefix: Option<String>,
    /// Suffix to remove from the workspace's name, with its dot, as in an SSH configuration.
    #[arg(long, value_name = "TEXT", env = "CODER_SSH_HOSTNAME_SUFFIX", hide_env_values = true)]
    hostname_suffix: Option<String>,
    /// Write a log of the connection to a new file in this directory.
    #[arg(short, long, value_name = "DIR", env = "CODER_SSH_LOG_DIR", hide_env_values = true)]
    log_dir: Option<PathBuf>,
    /// How often to check for an upcoming automatic stop, which is announced on a terminal.
    #[arg(
        long,
        value_name = "DURATION",
        default_value = "1m",
        env = "CODER_WORKSPACE_POLL_INTERVAL",
        hide_env_values = true,
        value_parser = interval
    )]
    workspace_poll_interval: Duration,
    /// Write network information for editors to PID.json in this directory; PID is the parent process.
    #[arg(long, value_name = "DIR", env = "CODER_SSH_NETWORK_INFO_DIR", hide_env_values = true)]
    network_info_dir: Option<PathBuf>,
    /// How often to update the network information.
    #[arg(
        long,
        value_name = "DURATION",
        default_value = "5s",
        env = "CODER_SSH_NETWORK_INFO_INTERVAL",
        hide_env_values = true,
        value_parser = interval
    )]
    network_info_interval: Duration,
}

fn interval(text: &str) -> Result<Duration, String> {
    match duration::parse(text)? {
        Duration::ZERO => Err("it must be at least 1s".to_owned()),
        interval => Ok(interval),
    }
}

fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("it must be NAME=VALUE".to_owned()),
    }
}

pub async fn run(args: SshArgs, context: &Context) -> Result<ExitCode> {
    if let Some(directory) = &args.log_dir {
        logging::to_file(directory, "ssh")?;
    }
    let gpg = if args.forward_gpg && !args.stdio { Some(GpgForward::detect()?) } else { None };
    let client = context.client()?;
    let name = hostname::parse_hostname(
        &args.workspace,
        args.ssh_host_prefix.as_deref(),
        args.hostname_suffix.as_deref(),
    );
    let found = find(&client, &name).await?;
    let workspace = start_if_stopped(&client, found, !args.disable_autostart).await?;
    let wait = if args.no_wait { Wait::No } else { args.wait };
    let agent = wait_until_ready(&client, &workspace, wait).await?;
    let tunnel = client.dial_agent(agent).await.context("connect to the workspace")?;
    let traffic = Arc::new(Traffic::default());
    let stream = tunnel.ssh().await.context("connect to the workspace")?;
    let stream = Counted::new(stream, traffic.clone());
    let warns = !args.stdio && stderr().is_terminal();
    let session = async {
        if args.stdio {
            return proxy_command::run(stream).await.map(|()| ExitCode::SUCCESS);
        }
        let options = SessionOptions {
            command: args.command.join(" "),
            variables: args.env,
            forwards: Forwards { agent: args.forward_agent, gpg, remote: args.remote_forward },
            workspace: workspace.name.clone(),
        };
        session::run(stream, options).await
    };
    let network_info = async {
        match &args.network_info_dir {
            Some(directory) => {
                network_info::run(directory, args.network_info_interval, &tunnel, &traffic).await
            }
            None => pending().await,
        }
    };
    let code = tokio::select! {
        code = session => code,
        code = network_info => code,
        never = deadline::watch(&client, &workspace, args.workspace_poll_interval), if warns => match never {},
    };
    tunnel.close();
    code
}
