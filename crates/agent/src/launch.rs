//! How a process of the workspace is started.

use std::{
    collections::BTreeSet,
    ffi::{OsStr, OsString},
    io,
    path::PathBuf,
};

use nix::errno::Errno;
use tokio::process::Command;

use crate::environment::EnvMap;

/// Variables listed when the system rejects an environment as too large.
const MAX_LISTED_VARIABLES: usize = 3;

/// What a new process gets.
#[derive(Debug, Clone)]
pub struct LaunchSpec {
    pub env: EnvMap,
    /// Variables that an SSH client may not override: the owner's secrets, and those the agent sets.
    pub protected: BTreeSet<String>,
    pub directory: PathBuf,
    /// Shown before a shell when `directory` is not the one of the template.
    pub notice: Option<String>,
    pub shell: PathBuf,
}

/// What to run.
pub enum ExecTarget {
    LoginShell,
    /// A command line for the login shell.
    Command(OsString),
    /// A program, run without a shell.
    Program(PathBuf),
}

impl LaunchSpec {
    /// The command with its directory and environment. The caller adds standard input and output.
    pub fn command(&self, target: &ExecTarget) -> Command {
        let mut command = match target {
            ExecTarget::LoginShell => {
                let mut command = Command::new(&self.shell);
                // A leading dash makes it a login shell.
                let name = self.shell.file_name().and_then(OsStr::to_str).unwrap_or("sh");
                command.arg0(format!("-{name}"));
                command
            }
            ExecTarget::Command(text) => {
                let mut command = Command::new(&self.shell);
                command.arg("-c").arg(text);
                command
            }
            ExecTarget::Program(program) => Command::new(program),
        };
        command.env_clear().envs(self.env.iter()).current_dir(&self.directory);
        command
    }

    /// Explains why a command of this specification could not be started.
    pub fn describe_spawn_error(&self, error: &io::Error) -> String {
        if error.raw_os_error() != Some(Errno::E2BIG as i32) {
            return error.to_string();
        }
        let mut sizes: Vec<(usize, &str)> =
            self.env.iter().map(|(name, value)| (name.len() + value.len(), name)).collect();
        sizes.sort_unstable_by(|one, other| other.cmp(one));
        let largest: Vec<String> = sizes
            .iter()
            .take(MAX_LISTED_VARIABLES)
            .map(|(bytes, name)| format!("{name} ({bytes} bytes)"))
            .collect();
        format!(
            "the environment is too large for the system; the largest variables are {}. Deliver large secrets as files",
            largest.join(", ")
        )
    }
}
