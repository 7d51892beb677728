//! A stand-in agent, started and stopped for real.
#![allow(clippy::unwrap_used, missing_docs)]

use std::{fs, os::unix::fs::PermissionsExt, path::Path, time::Duration};

use coder_provision::{Launch, Processes};
use uuid::Uuid;

/// A program that writes down what it was given and then waits.
fn stand_in(folder: &Path, on_term: &str) -> std::path::PathBuf {
    let program = folder.join("agent.sh");
    let text = format!(
        "#!/bin/sh\ntrap '{on_term}' TERM\nenv > \"$HOME/env\"; cat \"$CODER_AGENT_TOKEN_FILE\" > \"$HOME/token\"\n\
         touch \"$HOME/up\"\nwhile :; do sleep 0.05; done\n"
    );
    fs::write(&program, text).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    program
}

async fn wait_for(path: &Path) {
    for _ in 0..500 {
        if path.exists() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(path.exists(), "{} never came", path.display());
}

#[tokio::test]
async fn a_workspace_starts_once_with_a_clean_environment_and_ends_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let processes = Processes::new(folder.path().join("workspaces"), stand_in(folder.path(), "exit 0"));
    let workspace = Uuid::from_u128(7);
    let launch = Launch { workspace, url: "http://127.0.0.1:1", token: "sesame" };
    processes.start(launch).unwrap();
    let home = folder.path().join("workspaces").join(workspace.to_string()).join("home");
    wait_for(&home.join("up")).await;
    assert!(processes.is_running(workspace));

    let env = fs::read_to_string(home.join("env")).unwrap();
    assert!(env.contains(&format!("HOME={}\n", home.display())), "{env}");
    assert!(!env.contains("CARGO") && !env.contains("sesame"), "{env}");
    assert_eq!(fs::read_to_string(home.join("token")).unwrap(), "sesame");
    let token = fs::metadata(home.parent().unwrap().join("agent.token")).unwrap();
    assert_eq!(token.permissions().mode() & 0o777, 0o600);

    let record = || fs::read_to_string(home.parent().unwrap().join("agent.pid")).unwrap();
    let first = record();
    processes.start(launch).unwrap();
    assert_eq!(record(), first, "a running workspace is not started again");

    processes.stop(workspace, Duration::from_secs(5)).await.unwrap();
    assert!(!processes.is_running(workspace));
    let pid = first.split(' ').next().unwrap();
    assert!(!Path::new("/proc").join(pid).exists(), "{first}");
    processes.stop(workspace, Duration::from_secs(5)).await.unwrap();
    processes.delete(workspace).unwrap();
    assert!(!home.exists());
}

#[tokio::test]
async fn process_ignoring_sigterm_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let processes = Processes::new(folder.path().join("workspaces"), stand_in(folder.path(), ":"));
    let workspace = Uuid::from_u128(8);
    processes.start(Launch { workspace, url: "", token: "" }).unwrap();
    let home = folder.path().join("workspaces").join(workspace.to_string()).join("home");
    wait_for(&home.join("up")).await;
    processes.stop(workspace, Duration::from_millis(200)).await.unwrap();
    assert!(!processes.is_running(workspace));
}
