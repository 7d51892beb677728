//! The `coder` command: server, command line and workspace agent in one binary.
//!
//! [`args`] has the command tree. Nothing is set up before the arguments are parsed: `coder --help` needs neither a server nor a
//! runtime.

mod agent;
mod allocator;
mod args;
mod completion;
mod config_ssh;
mod context;
mod error;
mod external_workspaces;
mod harden;
mod logging;
mod login;
mod login_store;
mod open;
mod output;
mod port_forward;
mod prompt;
mod secret;
mod server;
mod server_url;
mod ssh;
mod ssh_config_policy;
mod template;
mod tokens;
mod users;
mod workspace;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

fn main() -> ExitCode {
    output::restore_broken_pipe();
    let matches = args::Cli::command().get_matches();
    let path = args::path(&matches);
    let cli = match args::Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => error.format(&mut args::Cli::command()).exit(),
    };
    match args::run(cli) {
        Ok(code) => code,
        Err(error) => {
            error::report(&path, &error);
            ExitCode::FAILURE
        }
    }
}
