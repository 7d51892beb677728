//! Workspaces as processes on the server's own machine, each with a home of its own under the data folder. They share
//! the server's user: for development and single users only.

use std::{
    fs,
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use nix::sys::signal::Signal;
use tokio::{process::Command, time::Instant};
use uuid::Uuid;

use crate::{identity::Identity, leftovers};

/// Variables that a workspace gets from the server's environment; everything else stays out of it.
const INHERITED: &[&str] = &["PATH", "LANG", "TZ", "USER", "LOGNAME", "SHELL"];
/// How often the end of a process is looked for.
const POLL: Duration = Duration::from_millis(20);
/// How long a process that was killed may take to be gone.
const KILL_TIMEOUT: Duration = Duration::from_secs(5);

/// Starts and stops agents as processes.
#[derive(Debug, Clone)]
pub struct Processes {
    root: PathBuf,
    program: PathBuf,
}

/// What a process needs to know.
#[derive(Clone, Copy)]
pub struct Launch<'a> {
    /// The workspace.
    pub workspace: Uuid,
    /// Where the agent reaches the server.
    pub url: &'a str,
    /// The agent's token.
    pub token: &'a str,
}

/// Why a process was not started or stopped.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder of the workspace cannot be used.
    #[error("{path}: {source}")]
    Folder {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The agent's program cannot be run.
    #[error("cannot run {program}: {source}")]
    Spawn {
        /// The program.
        program: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The process does not end.
    #[error("the workspace's process does not end")]
    Stuck,
}

fn folder(path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::Folder { path, source }
}

impl Processes {
    /// Workspaces live in folders under `root` and run `program` as their agent.
    #[must_use]
    pub fn new(root: PathBuf, program: PathBuf) -> Self {
        Self { root, program }
    }

    fn folder(&self, workspace: Uuid) -> PathBuf {
        self.root.join(workspace.to_string())
    }

    fn record(&self, workspace: Uuid) -> PathBuf {
        self.folder(workspace).join("agent.pid")
    }

    /// Whether the workspace's agent runs.
    #[must_use]
    pub fn is_running(&self, workspace: Uuid) -> bool {
        Identity::load(&self.record(workspace)).is_some_and(Identity::is_alive)
    }

    /// Starts a workspace's agent, unless it runs already. It goes on when the server ends.
    ///
    /// # Errors
    /// When its folder cannot be made or its program not be run.
    pub fn start(&self, launch: Launch<'_>) -> Result<(), Error> {
        if self.is_running(launch.workspace) {
            return Ok(());
        }
        let place = self.folder(launch.workspace);
        let home = place.join("home");
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&home).map_err(folder(&home))?;
        let token_file = place.join("agent.token");
        write_private(&token_file, launch.token).map_err(folder(&token_file))?;
        let log_file = place.join("agent.log");
        let log = private(&log_file).map_err(folder(&log_file))?;
        let log_too = log.try_clone().map_err(folder(&log_file))?;

        let mut command = Command::new(&self.program);
        command.arg("agent").current_dir(&home).env_clear();
        for (name, value) in std::env::vars_os() {
            let known = name.to_str().is_some_and(|name| INHERITED.contains(&name) || name.starts_with("LC_"));
            if known {
                command.env(name, value);
            }
        }
        command
            .env("HOME", &home)
            .env("CODER_AGENT_URL", launch.url)
            .env("CODER_AGENT_TOKEN_FILE", &token_file)
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(log_too)
            // A group of its own: Ctrl-C at the server's terminal is not for workspaces.
            .process_group(0);
        let mut child =
            command.spawn().map_err(|source| Error::Spawn { program: self.program.clone(), source })?;
        let record = self.record(launch.workspace);
        if let Some(identity) = child.id().and_then(Identity::of) {
            identity.save(&record).map_err(folder(&record))?;
        }
        // Somebody has to collect it when it ends.
        tokio::spawn(async move { child.wait().await });
        Ok(())
    }

    /// Ends a workspace's agent: asks, waits for `grace`, then insists. What the workspace left running ends with it.
    ///
    /// # Errors
    /// When it does not end even then.
    pub async fn stop(&self, workspace: Uuid, grace: Duration) -> Result<(), Error> {
        let record = self.record(workspace);
        let Some(identity) = Identity::load(&record) else {
            leftovers::end(workspace).await;
            return Ok(());
        };
        identity.signal(Signal::SIGTERM);
        if !ended(identity, grace).await {
            identity.signal_group(Signal::SIGKILL);
            if !ended(identity, KILL_TIMEOUT).await {
                return Err(Error::Stuck);
            }
        }
        leftovers::end(workspace).await;
        match fs::remove_file(&record) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(folder(&record)(error)),
            _ => Ok(()),
        }
    }

    /// Ends every workspace's agent that runs.
    ///
    /// # Errors
    /// When one does not end, or the folder of workspaces cannot be read.
    pub async fn stop_all(&self, grace: Duration) -> Result<(), Error> {
        let entries = match fs::read_dir(&self.root) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries.map_err(folder(&self.root))?,
        };
        for entry in entries {
            let name = entry.map_err(folder(&self.root))?.file_name();
            if let Some(workspace) = name.to_str().and_then(|name| Uuid::try_parse(name).ok()) {
                self.stop(workspace, grace).await?;
            }
        }
        Ok(())
    }

    /// Deletes a workspace's folder with its home. Its agent must have ended.
    ///
    /// # Errors
    /// When something in it cannot be deleted.
    pub fn delete(&self, workspace: Uuid) -> Result<(), Error> {
        let place = self.folder(workspace);
        match fs::remove_dir_all(&place) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(folder(&place)(error)),
            _ => Ok(()),
        }
    }
}

async fn ended(identity: Identity, within: Duration) -> bool {
    let deadline = Instant::now() + within;
    while identity.is_alive() {
        if Instant::now() >= deadline {
            return false;
        }
        tokio::time::sleep(POLL).await;
    }
    true
}

/// An empty file that only this user can read.
fn private(path: &Path) -> io::Result<fs::File> {
    fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    private(path)?.write_all(text.as_bytes())
}
