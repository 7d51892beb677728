//! Processes, with a shell script as the agent.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

use coder_model::{WorkspaceId, template::Definition};
use coder_provision::{Adoption, AgentToken, Processes, Provisioner};
use tempfile::TempDir;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::build::{Build, TOKEN, URL, request};

const GRACE: Duration = Duration::from_secs(5);

struct Fixture {
    directory: TempDir,
    definition: Definition,
    workspace: WorkspaceId,
}

impl Fixture {
    /// The agent records its environment and token, and runs `on_term` on SIGTERM.
    fn new(on_term: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let program = directory.path().join("agent.sh");
        let text = format!(
            "#!/bin/sh\ntrap '{on_term}' TERM\nenv > \"$HOME/env\"; cat \"$CODER_AGENT_TOKEN_FILE\" > \"$HOME/token\"\n\
             touch \"$HOME/up\"\nwhile :; do sleep 0.05; done\n"
        );
        fs::write(&program, text).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let definition = Definition::parse("[process]").unwrap();
        Self { directory, definition, workspace: WorkspaceId(Uuid::from_u128(7)) }
    }

    /// A new provisioner, as a server creates it at startup.
    fn processes(&self) -> Processes {
        Processes::new(self.root(), self.directory.path().join("agent.sh"))
    }

    fn root(&self) -> PathBuf {
        self.directory.path().join("workspaces")
    }

    fn home(&self) -> PathBuf {
        self.root().join(self.workspace.to_string()).join("home")
    }

    async fn start(&self) -> Processes {
        let processes = self.processes();
        processes.start(request(self.workspace, &self.definition), &Build::default()).await.unwrap();
        wait_for(&self.home().join("up")).await;
        processes
    }
}

async fn wait_for(path: &Path) {
    for _ in 0..500 {
        if path.exists() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(path.exists(), "{} was not created", path.display());
}

#[tokio::test]
async fn a_workspace_starts_once_with_a_clean_environment_and_stops() {
    let fixture = Fixture::new("exit 0");
    let (processes, workspace, home) = (fixture.processes(), fixture.workspace, fixture.home());
    let build = Build::default();
    processes.start(request(workspace, &fixture.definition), &build).await.unwrap();
    wait_for(&home.join("up")).await;
    assert_eq!(build.lines(), ["Starting the workspace's process", "The workspace's process runs"]);
    assert_eq!(processes.adopt(workspace).await.unwrap(), Adoption::Adopted);

    let env = fs::read_to_string(home.join("env")).unwrap();
    assert!(env.contains(&format!("HOME={}\n", home.display())), "{env}");
    assert!(env.contains(&format!("CODER_AGENT_URL={URL}\n")), "{env}");
    assert!(!env.contains("CARGO") && !env.contains(TOKEN), "{env}");
    assert_eq!(fs::read_to_string(home.join("token")).unwrap(), TOKEN);
    let token = fs::metadata(home.parent().unwrap().join("agent.token")).unwrap();
    assert_eq!(token.permissions().mode() & 0o777, 0o600);

    fs::remove_file(home.join("up")).unwrap();
    processes.start(request(workspace, &fixture.definition), &build).await.unwrap();
    assert!(!home.join("up").exists(), "a running workspace is not started again");
    assert_eq!(build.tokens(), 1, "nor is its token decrypted");

    let build = Build::default();
    processes.stop(workspace, GRACE, &build).await.unwrap();
    assert_eq!(processes.adopt(workspace).await.unwrap(), Adoption::Missing);
    processes.stop(workspace, GRACE, &build).await.unwrap();
    assert!(home.exists(), "a stopped workspace keeps its files");
    processes.delete(workspace, &build).await.unwrap();
    assert!(!home.exists());
    processes.delete(workspace, &build).await.unwrap();
    assert_eq!(build.lines(), ["Deleting the workspace's files", "Deleting the workspace's files"]);
}

#[tokio::test]
async fn process_ignoring_sigterm_is_killed() {
    let fixture = Fixture::new(":");
    let processes = fixture.start().await;
    processes.stop(fixture.workspace, Duration::from_millis(200), &Build::default()).await.unwrap();
    assert_eq!(processes.adopt(fixture.workspace).await.unwrap(), Adoption::Missing);
}

#[tokio::test]
async fn the_next_server_adopts_lists_and_stops_workspaces() {
    let fixture = Fixture::new("exit 0");
    drop(fixture.start().await);
    let next = fixture.processes();
    assert_eq!(next.adopt(fixture.workspace).await.unwrap(), Adoption::Adopted);
    let other = WorkspaceId(Uuid::from_u128(8));
    assert_eq!(next.adopt(other).await.unwrap(), Adoption::Missing);
    assert_eq!(next.list_instances().await.unwrap(), [fixture.workspace]);
    next.stop(fixture.workspace, GRACE, &Build::default()).await.unwrap();
    assert_eq!(next.adopt(fixture.workspace).await.unwrap(), Adoption::Missing);
    assert_eq!(next.list_instances().await.unwrap(), [fixture.workspace], "its files still exist");
    next.delete(fixture.workspace, &Build::default()).await.unwrap();
    assert_eq!(next.list_instances().await.unwrap(), []);
}

/// The pid in a workspace's file is ignored if another process has it now.
#[tokio::test]
async fn a_reused_pid_is_not_adopted() {
    let fixture = Fixture::new("exit 0");
    let processes = fixture.processes();
    let directory = fixture.root().join(fixture.workspace.to_string());
    fs::create_dir_all(&directory).unwrap();
    fs::write(directory.join("agent.pid"), format!("{} 1\n", std::process::id())).unwrap();
    assert_eq!(processes.adopt(fixture.workspace).await.unwrap(), Adoption::Missing);
    processes.stop(fixture.workspace, GRACE, &Build::default()).await.unwrap();
}

#[tokio::test]
async fn stop_all_ends_every_workspace() {
    let fixture = Fixture::new("exit 0");
    let processes = fixture.start().await;
    processes.stop_all(GRACE).await.unwrap();
    assert_eq!(processes.adopt(fixture.workspace).await.unwrap(), Adoption::Missing);
}

#[tokio::test]
async fn the_error_names_the_program_that_cannot_run() {
    let fixture = Fixture::new("exit 0");
    let processes = Processes::new(fixture.root(), PathBuf::from("/nonexistent/coder"));
    let error = processes
        .start(request(fixture.workspace, &fixture.definition), &Build::default())
        .await
        .unwrap_err()
        .to_string();
    assert!(error.starts_with("cannot run /nonexistent/coder: "), "{error}");
}

#[test]
fn a_token_is_not_printed() {
    let token = AgentToken::new(Zeroizing::new(TOKEN.to_owned()));
    assert_eq!(format!("{token:?}"), "AgentToken");
}
