//! Completion scripts.

use anyhow::Result;
use clap::{Args, CommandFactory, ValueEnum};
use clap_complete::{Shell, generate};

/// Print a completion script for a shell.
///
/// For bash: `source <(coder completion bash)` in `~/.bashrc`.
#[derive(Args)]
pub struct CompletionArgs {
    /// The shell.
    shell: Name,
}

#[derive(Clone, Copy, ValueEnum)]
enum Name {
    Bash,
    Zsh,
    Fish,
    Powershell,
}

pub fn run(args: &CompletionArgs) -> Result<()> {
    let shell = match args.shell {
        Name::Bash => Shell::Bash,
        Name::Zsh => Shell::Zsh,
        Name::Fish => Shell::Fish,
        Name::Powershell => Shell::PowerShell,
    };
    generate(shell, &mut crate::args::Cli::command(), "coder", &mut std::io::stdout());
    Ok(())
}
