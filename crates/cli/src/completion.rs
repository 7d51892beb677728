//! `coder completion`

use clap::{Args, Command, ValueEnum};
use clap_complete::{Shell, generate};

/// Print a completion script for a shell.
///
/// For bash: `source <(coder completion bash)` in `~/.bashrc`.
#[derive(Args)]
pub struct CompletionArgs {
    shell: ShellName,
}

#[derive(Clone, Copy, ValueEnum)]
enum ShellName {
    Bash,
    Zsh,
    Fish,
    Powershell,
}

pub fn run(args: &CompletionArgs, command: &mut Command) {
    let shell = match args.shell {
        ShellName::Bash => Shell::Bash,
        ShellName::Zsh => Shell::Zsh,
        ShellName::Fish => Shell::Fish,
        ShellName::Powershell => Shell::PowerShell,
    };
    generate(shell, command, "coder", &mut std::io::stdout());
}
