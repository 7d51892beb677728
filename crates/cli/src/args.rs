//! The command tree.

use std::{future::Future, process::ExitCode};

use anyhow::{Context as _, Result};
use clap::{ArgMatches, Args, CommandFactory, Parser, Subcommand};
use url::Url;

use crate::{
    agent, completion, config_ssh, context::Context, external_workspaces, login, login_store::LoginStore, open,
    output::survive_broken_pipe, port_forward, secret, server, server_url::parse_server_url, ssh, template,
    tokens, users, workspace,
};

/// Stores each developer's secrets, and delivers them to every workspace they own.
#[derive(Parser)]
#[command(
    name = "coder",
    version,
    propagate_version = false,
    disable_help_subcommand = true,
    max_term_width = 100,
    after_help = "Get started:  coder server --dev\nExit status:  0 success, 1 failure, 2 wrong usage; `coder ssh` returns \
                  that of the command."
)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// URL of the server, by default the one logged in to.
    #[arg(long, env = "CODER_URL", value_parser = parse_server_url, global = true, hide_env_values = true)]
    pub url: Option<Url>,
    /// Session token, by default the one of the stored login.
    #[arg(long, env = "CODER_SESSION_TOKEN", global = true, hide_env_values = true)]
    pub token: Option<String>,
    /// Directory of the stored login.
    #[arg(long, value_name = "DIR", env = "CODER_CONFIG_DIR", global = true, hide_env_values = true)]
    pub global_config: Option<std::path::PathBuf>,
}

#[derive(Subcommand)]
pub enum Command {
    Login(login::LoginArgs),
    Logout(login::LogoutArgs),
    Whoami(login::WhoamiArgs),
    #[command(visible_alias = "secrets", arg_required_else_help = true)]
    Secret(secret::SecretArgs),
    Create(workspace::CreateArgs),
    Start(workspace::StartArgs),
    Stop(workspace::StopArgs),
    Restart(workspace::RestartArgs),
    #[command(visible_alias = "rm")]
    Delete(workspace::DeleteArgs),
    #[command(visible_alias = "ls")]
    List(workspace::ListArgs),
    Show(workspace::ShowArgs),
    Logs(workspace::LogsArgs),
    Ssh(ssh::SshArgs),
    ConfigSsh(config_ssh::ConfigSshArgs),
    #[command(arg_required_else_help = true)]
    Open(open::OpenArgs),
    #[command(visible_alias = "tunnel")]
    PortForward(port_forward::PortForwardArgs),
    #[command(visible_alias = "template", arg_required_else_help = true)]
    Templates(template::TemplatesArgs),
    #[command(arg_required_else_help = true)]
    ExternalWorkspaces(external_workspaces::ExternalWorkspacesArgs),
    #[command(visible_alias = "token", arg_required_else_help = true)]
    Tokens(tokens::TokensArgs),
    #[command(visible_alias = "user", arg_required_else_help = true)]
    Users(users::UsersArgs),
    Server(Box<server::ServerArgs>),
    Agent(agent::AgentArgs),
    Completion(completion::CompletionArgs),
}

/// The full name of the command, for messages: `secret create`, also when an alias was used.
pub fn path(matches: &ArgMatches) -> String {
    let commands = std::iter::successors(matches.subcommand(), |(_, below)| below.subcommand());
    commands.map(|(name, _)| name).collect::<Vec<_>>().join(" ")
}

pub fn run(cli: Cli) -> Result<ExitCode> {
    let Cli { global, command } = cli;
    let login_store = || LoginStore::open(global.global_config.clone());
    match command {
        Command::Completion(args) => {
            completion::run(&args, &mut Cli::command());
            Ok(())
        }
        Command::Server(args) => server::run(*args, login_store),
        Command::Agent(args) => return agent::run(args).map(|()| ExitCode::SUCCESS),
        command => {
            if matches!(command, Command::Ssh(_) | Command::PortForward(_)) {
                // A write to a closed TLS connection raises SIGPIPE as well.
                survive_broken_pipe();
            }
            let context = Context::new(login_store()?, global.url, global.token);
            return block_on(run_client(command, &context));
        }
    }?;
    Ok(ExitCode::SUCCESS)
}

async fn run_client(command: Command, context: &Context) -> Result<ExitCode> {
    match command {
        Command::Login(args) => login::login(args, context).await,
        Command::Logout(args) => login::logout(&args, context).await,
        Command::Whoami(args) => login::whoami(&args, context).await,
        Command::Secret(args) => secret::run(args.command, context).await,
        Command::Create(args) => workspace::create(args, context).await,
        Command::Start(args) => workspace::start(args, context).await,
        Command::Stop(args) => workspace::stop(args, context).await,
        Command::Restart(args) => workspace::restart(args, context).await,
        Command::Delete(args) => workspace::delete(args, context).await,
        Command::List(args) => workspace::list(args, context).await,
        Command::Show(args) => workspace::show(args, context).await,
        Command::Logs(args) => workspace::logs(args, context).await,
        Command::Ssh(args) => return ssh::run(args, context).await,
        Command::ConfigSsh(args) => config_ssh::run(args, context).await,
        Command::Open(args) => open::run(args, context).await,
        Command::PortForward(args) => port_forward::run(args, context).await,
        Command::Templates(args) => template::run(args.command, context).await,
        Command::ExternalWorkspaces(args) => external_workspaces::run(args.command, context).await,
        Command::Tokens(args) => tokens::run(args.command, context).await,
        Command::Users(args) => users::run(args.command, context).await,
        Command::Server(_) | Command::Agent(_) | Command::Completion(_) => Ok(()),
    }?;
    Ok(ExitCode::SUCCESS)
}

/// Runs a client command on this thread. Blocking reads that are left, of a terminal for example, are abandoned.
fn block_on<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start")?;
    let result = runtime.block_on(Box::pin(work));
    runtime.shutdown_background();
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_tree_is_valid() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_command_is_named_as_it_stands_in_the_help() {
        for (typed, named) in [
            ("list", "list"),
            ("ls", "list"),
            ("secrets list", "secret list"),
            ("token rm ID", "tokens remove"),
            ("login token", "login token"),
            ("login https://coder.example.com", "login"),
            ("--url https://coder.example.com open app dev", "open app"),
            ("ssh dev -- secret list", "ssh"),
            ("external-workspaces agent-instructions dev", "external-workspaces agent-instructions"),
        ] {
            let matches = Cli::command().get_matches_from(["coder"].into_iter().chain(typed.split(' ')));
            assert_eq!(path(&matches), named, "{typed}");
        }
    }
}
