//! Completion scripts.

use clap::{Args, Command, ValueEnum};
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

pub fn run(args: &CompletionArgs, command: &mut Command) {
    let shell = match args.shell {
        Name::Bash => Shell::Bash,
        Name::Zsh => Shell::Zsh,
        Name::Fish => Shell::Fish,
        Name::Powershell => Shell::PowerShell,
    };
    generate(shell, command, "coder", &mut std::io::stdout());
}
