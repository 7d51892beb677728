//! How a process of the workspace is started.

use std::{
    collections::BTreeSet,
    ffi::{OsStr, OsString},
    path::PathBuf,
};

use tokio::process::Command;

use crate::environment::Variables;

/// What a new process gets.
#[derive(Debug, Clone)]
pub struct Launch {
    /// Its environment.
    pub env: Variables,
    /// The variables in it that a client may not set otherwise: the owner's secrets, and what the agent insists on.
    pub insisted: BTreeSet<String>,
    /// Where it starts.
    pub directory: PathBuf,
    /// Said before a shell starts somewhere else than the template wants.
    pub notice: Option<String>,
    /// The login shell.
    pub shell: PathBuf,
}

/// What is run.
pub enum Wanted {
    /// The login shell.
    Shell,
    /// A command for the login shell.
    Command(OsString),
    /// A program of the system.
    Program(PathBuf),
}

impl Launch {
    /// What is to be run, where it starts and with its environment. The caller adds where it reads and writes.
    pub fn command(&self, wanted: &Wanted) -> Command {
        let mut command = match wanted {
            Wanted::Shell => {
                let mut command = Command::new(&self.shell);
                // A dash in front tells a shell that it is a login shell.
                let name = self.shell.file_name().and_then(OsStr::to_str).unwrap_or("sh");
                command.arg0(format!("-{name}"));
                command
            }
            Wanted::Command(text) => {
                let mut command = Command::new(&self.shell);
                command.arg("-c").arg(text);
                command
            }
            Wanted::Program(program) => Command::new(program),
        };
        command.env_clear().envs(self.env.iter()).current_dir(&self.directory);
        command
    }
}
