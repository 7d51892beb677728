//! Workspaces as processes on the server's own machine, each with a home of its own in the data directory. They share
//! the server's user: for development and single users only.

mod process_id;
mod stray_processes;

use std::{
    fs,
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use coder_model::{WorkspaceId, template::ProvisionerKind};
use futures_util::FutureExt;
use nix::sys::signal::Signal;
use tokio::{process::Command, time::Instant};
use uuid::Uuid;

use self::process_id::ProcessId;
use crate::{
    Adoption, AgentToken, Availability, BuildContext, Description, Error, ProvisionFuture, Provisioner,
    StartRequest,
    unmanaged::{OnStart, Unmanaged},
};

/// Variables that a workspace inherits from the server's environment, beside `LC_*`.
const INHERITED: &[&str] = &["PATH", "LANG", "TZ", "USER", "LOGNAME", "SHELL"];
const POLL_INTERVAL: Duration = Duration::from_millis(20);
/// How long a process may take to exit after SIGKILL.
const KILL_TIMEOUT: Duration = Duration::from_secs(5);

/// In the place of [`Processes`] on servers that do not allow them.
pub(crate) const NOT_ALLOWED: Unmanaged = Unmanaged {
    description: description("Not allowed"),
    on_start: OnStart::Fail(
        "This server does not run workspaces as processes. They share the server's user, so they are off by \
         default: an operator may start the server with --allow-process-workspaces.",
    ),
};

const fn description(availability: &'static str) -> Description {
    Description {
        kind: ProvisionerKind::Process,
        summary: "Process: runs on the server",
        availability: Some(Availability { title: "Process workspaces", text: availability }),
        agent_exits_on_stop: true,
    }
}

/// The provisioner of `[process]`: runs each agent as a process in a process group of its own.
#[derive(Debug, Clone)]
pub struct Processes {
    root: PathBuf,
    program: PathBuf,
}

#[derive(Debug, thiserror::Error)]
enum ProcessError {
    #[error("{path}: {source}")]
    File { path: PathBuf, source: io::Error },
    #[error("cannot run {program}: {source}")]
    Spawn { program: PathBuf, source: io::Error },
    #[error("the workspace's process did not exit")]
    DidNotExit,
    #[error(transparent)]
    Task(#[from] tokio::task::JoinError),
}

impl From<ProcessError> for Error {
    fn from(error: ProcessError) -> Self {
        Self::Failed(Box::new(error))
    }
}

fn file_error(path: &Path) -> impl FnOnce(io::Error) -> ProcessError {
    let path = path.to_owned();
    move |source| ProcessError::File { path, source }
}

impl Provisioner for Processes {
    fn describe(&self) -> Description {
        description("Allowed: they run on this server, as its user")
    }

    fn start<'a>(&'a self, request: StartRequest<'a>, build: &'a dyn BuildContext) -> ProvisionFuture<'a> {
        async move {
            build.log("Starting the workspace's process").await;
            if !self.is_running(request.workspace) {
                let token = build.agent_token().await?;
                self.spawn(request, &token)?;
            }
            build.log("The workspace's process runs").await;
            Ok(())
        }
        .boxed()
    }

    fn stop<'a>(
        &'a self,
        workspace: WorkspaceId,
        grace: Duration,
        _: &'a dyn BuildContext,
    ) -> ProvisionFuture<'a> {
        async move { Ok(self.terminate(workspace, grace).await?) }.boxed()
    }

    fn delete<'a>(&'a self, workspace: WorkspaceId, build: &'a dyn BuildContext) -> ProvisionFuture<'a> {
        async move {
            build.log("Deleting the workspace's files").await;
            let directory = self.directory(workspace);
            // A large home takes a while.
            let deleted = tokio::task::spawn_blocking(move || delete_directory(&directory)).await;
            Ok(deleted.map_err(ProcessError::from)??)
        }
        .boxed()
    }

    fn adopt(&self, workspace: WorkspaceId) -> ProvisionFuture<'_, Adoption> {
        let found = if self.is_running(workspace) { Adoption::Adopted } else { Adoption::Missing };
        std::future::ready(Ok(found)).boxed()
    }

    fn list_instances(&self) -> ProvisionFuture<'_, Vec<WorkspaceId>> {
        async { Ok(self.workspaces()?) }.boxed()
    }
}

impl Processes {
    /// Workspaces have directories under `root` and run `program` as their agent.
    #[must_use]
    pub fn new(root: PathBuf, program: PathBuf) -> Self {
        Self { root, program }
    }

    /// Ends the agents of all workspaces.
    ///
    /// # Errors
    /// When one does not exit, or `root` cannot be read.
    pub async fn stop_all(&self, grace: Duration) -> Result<(), Error> {
        for workspace in self.workspaces()? {
            self.terminate(workspace, grace).await?;
        }
        Ok(())
    }

    fn directory(&self, workspace: WorkspaceId) -> PathBuf {
        self.root.join(workspace.to_string())
    }

    fn pid_file(&self, workspace: WorkspaceId) -> PathBuf {
        self.directory(workspace).join("agent.pid")
    }

    fn is_running(&self, workspace: WorkspaceId) -> bool {
        ProcessId::load(&self.pid_file(workspace)).is_some_and(ProcessId::is_alive)
    }

    /// The workspaces that have a directory.
    fn workspaces(&self) -> Result<Vec<WorkspaceId>, ProcessError> {
        let entries = match fs::read_dir(&self.root) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(file_error(&self.root))?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let name = entry.map_err(file_error(&self.root))?.file_name();
            found.extend(name.to_str().and_then(|name| Uuid::try_parse(name).ok()).map(WorkspaceId));
        }
        Ok(found)
    }

    fn spawn(&self, request: StartRequest<'_>, token: &AgentToken) -> Result<(), ProcessError> {
        let directory = self.directory(request.workspace);
        let home = directory.join("home");
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&home).map_err(file_error(&home))?;
        let token_file = directory.join("agent.token");
        write_private(&token_file, token.expose()).map_err(file_error(&token_file))?;
        let log_file = directory.join("agent.log");
        let stdout = create_private(&log_file).map_err(file_error(&log_file))?;
        let stderr = stdout.try_clone().map_err(file_error(&log_file))?;

        let mut command = Command::new(&self.program);
        command.arg("agent").current_dir(&home).env_clear();
        for (name, value) in std::env::vars_os() {
            let is_inherited =
                name.to_str().is_some_and(|name| INHERITED.contains(&name) || name.starts_with("LC_"));
            if is_inherited {
                command.env(name, value);
            }
        }
        command
            .env("HOME", &home)
            .env("CODER_AGENT_URL", request.access_url)
            .env("CODER_AGENT_TOKEN_FILE", &token_file)
            .stdin(Stdio::null())
            .stdout(stdout)
            .stderr(stderr)
            // Ctrl-C at the server's terminal must not reach workspaces.
            .process_group(0);
        let mut child =
            command.spawn().map_err(|source| ProcessError::Spawn { program: self.program.clone(), source })?;
        let pid_file = self.pid_file(request.workspace);
        if let Some(process) = child.id().and_then(ProcessId::of) {
            process.save(&pid_file).map_err(file_error(&pid_file))?;
        }
        // Reaps the process when it exits.
        tokio::spawn(async move { child.wait().await });
        Ok(())
    }

    /// Ends a workspace's agent with SIGTERM, after `grace` with SIGKILL, and then what the workspace left running.
    async fn terminate(&self, workspace: WorkspaceId, grace: Duration) -> Result<(), ProcessError> {
        let pid_file = self.pid_file(workspace);
        let Some(process) = ProcessId::load(&pid_file) else {
            stray_processes::kill_all(workspace).await;
            return Ok(());
        };
        process.signal(Signal::SIGTERM);
        if !exited(process, grace).await {
            process.signal_group(Signal::SIGKILL);
            if !exited(process, KILL_TIMEOUT).await {
                return Err(ProcessError::DidNotExit);
            }
        }
        stray_processes::kill_all(workspace).await;
        match fs::remove_file(&pid_file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(file_error(&pid_file)(error)),
            _ => Ok(()),
        }
    }
}

/// Returns whether the process exits within `timeout`.
async fn exited(process: ProcessId, timeout: Duration) -> bool {
    let deadline = Instant::now() + timeout;
    while process.is_alive() {
        if Instant::now() >= deadline {
            return false;
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
    true
}

fn delete_directory(directory: &Path) -> Result<(), ProcessError> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(file_error(directory)(error)),
        _ => Ok(()),
    }
}

/// An empty file that only the server's user can read.
fn create_private(path: &Path) -> io::Result<fs::File> {
    fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    create_private(path)?.write_all(text.as_bytes())
}
