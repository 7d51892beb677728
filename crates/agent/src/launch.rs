//! How a process of the workspace is started.

use std::{
    collections::BTreeSet,
    ffi::{OsStr, OsString},
    path::PathBuf,
};

use tokio::process::Command;

use crate::environment::EnvMap;

/// What a new process gets.
#[derive(Debug, Clone)]
pub struct LaunchSpec {
    /// Its environment.
    pub env: EnvMap,
    /// The variables in it that a client may not set otherwise: the owner's secrets, and what the agent insists on.
    pub protected: BTreeSet<String>,
    /// Where it starts.
    pub directory: PathBuf,
    /// Said before a shell starts somewhere else than the template wants.
    pub notice: Option<String>,
    /// The login shell.
    pub shell: PathBuf,
}

/// What is run.
pub enum ExecTarget {
    /// The login shell.
    Shell,
    /// A command for the login shell.
    Command(OsString),
    /// A program of the system.
    Program(PathBuf),
}

impl LaunchSpec {
    /// What is to be run, where it starts and with its environment. The caller adds where it reads and writes.
    pub fn command(&self, target: &ExecTarget) -> Command {
        let mut command = match target {
            ExecTarget::Shell => {
                let mut command = Command::new(&self.shell);
                // A dash in front tells a shell that it is a login shell.
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
}
