//! `coder port-forward`

mod reconnect;
mod spec;
mod tcp;
mod udp;

use std::io::Write;

use anstream::{eprintln, stdout};
use anyhow::{Context as _, Result, bail};
use clap::Args;
use coder_wire::agent::Network;
use reconnect::ReconnectingTunnel;
use spec::Forward;
use tokio::{
    signal::unix::{SignalKind, signal},
    task::JoinSet,
};

use crate::{
    context::Context,
    workspace::{Wait, find, start_if_stopped, wait_until_ready},
};

/// Forward local ports to a workspace.
///
/// Starts the workspace if it is stopped. Runs until Ctrl-C, and reconnects when the server restarts.
#[derive(Args)]
#[command(after_help = "Examples:
  The same port:         coder port-forward dev --tcp 8080
  Another local port:    coder port-forward dev --tcp 9000:3000
  Several, and ranges:   coder port-forward dev --tcp 8080,9000:3000,9090-9092,10000-10002:10010-10012
  UDP:                   coder port-forward dev --udp 9000
  On all interfaces:     coder port-forward dev --tcp 0.0.0.0:8080:8080")]
pub struct PortForwardArgs {
    /// Workspace: NAME, NAME.AGENT or OWNER/NAME.
    workspace: String,
    /// TCP ports: [ADDRESS:]LOCAL_PORT[:REMOTE_PORT], single or ranges, separated by commas.
    #[allow(rustdoc::broken_intra_doc_links, reason = "help, not Markdown")]
    #[arg(short = 'p', long, value_name = "PORTS", env = "CODER_PORT_FORWARD_TCP", hide_env_values = true)]
    tcp: Vec<String>,
    /// UDP ports, in the same format.
    #[arg(long, value_name = "PORTS", env = "CODER_PORT_FORWARD_UDP", hide_env_values = true)]
    udp: Vec<String>,
    /// Do not start a stopped workspace.
    #[arg(long, env = "CODER_SSH_DISABLE_AUTOSTART", hide_env_values = true)]
    disable_autostart: bool,
}

pub async fn run(args: PortForwardArgs, context: &Context) -> Result<()> {
    let mut requested = Vec::new();
    for (network, texts) in [(Network::Tcp, &args.tcp), (Network::Udp, &args.udp)] {
        for text in texts {
            let flag = if network == Network::Tcp { "--tcp" } else { "--udp" };
            let forwards = spec::parse(text).with_context(|| format!("{flag} {text:?}"))?;
            requested.extend(forwards.into_iter().map(|forward| (network, forward)));
        }
    }
    if requested.is_empty() {
        bail!("no port-forwards requested: set --tcp or --udp");
    }
    spec::reject_duplicates(&requested)?;
    let client = context.client()?;
    let found = find(&client, &args.workspace).await?;
    let workspace = start_if_stopped(&client, found, !args.disable_autostart).await?;
    let agent = wait_until_ready(&client, &workspace, Wait::No).await?;
    let tunnel = ReconnectingTunnel::open(client, agent).await?;
    let mut listeners = JoinSet::new();
    for (network, forward) in requested {
        let Forward { local, remote } = forward;
        match network {
            Network::Tcp => {
                let listener = tcp::bind(local).await?;
                listeners.spawn(tcp::serve(listener, remote, tunnel.clone()));
            }
            Network::Udp => {
                let socket = udp::bind(local).await?;
                listeners.spawn(udp::serve(socket, remote, tunnel.clone()));
            }
        }
        let kind = if network == Network::Tcp { "tcp" } else { "udp" };
        let line =
            format!("Forwarding '{kind}://{local}' locally to '{kind}://127.0.0.1:{remote}' in the workspace");
        writeln!(stdout(), "{line}").context("write to standard output")?;
    }
    eprintln!("Ready!");
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for signals")?;
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
        reason = tunnel.closed() => bail!(reason),
    }
    eprintln!("Closing...");
    Ok(())
}
