//! The agent by itself: external workspaces, scripts, reconnecting, stopping.

use std::{
    fs,
    process::{Child, Stdio},
};

use coder_testkit::{Machine, read, until};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

/// An agent on a machine of its own.
pub fn agent(machine: &Machine, instructions: &str) -> Child {
    let mut command = machine.command("sh");
    command
        .args(["-c", &format!("exec env {instructions} 2>log")])
        .env("SECRET_OF_THE_AGENT", "inherited")
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    command.spawn().unwrap()
}

pub fn instructions(machine: &Machine, workspace: &str) -> String {
    let json = machine.coder(["external-workspaces", "agent-instructions", workspace, "-o", "json"]).ok();
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert!(value["agent_token"].as_str().unwrap().len() == 40);
    let text = machine.coder(["external-workspaces", "agent-instructions", workspace]).ok();
    assert!(text.contains(value["command"].as_str().unwrap()), "{text}");
    value["command"].as_str().unwrap().to_owned()
}

/// A machine of one's own becomes a workspace by one command, and ceases to be one with `coder stop`.
#[test]
fn an_external_workspace() {
    let machine = super::machine();
    let server = machine.serve_and_log_in();
    machine.coder_with(["secret", "create", "k", "--env", "K", "--file", "~/k"], b"one").ok();
    machine.workspace(
        "vm",
        "[external]\n[agent]\ndir = \"work\"\n[agent.env]\nWHERE = \"$HOME/x\"\n[[script]]\nscript = \"touch stopped\"\nrun_on_stop = true\n",
    );
    let other = super::machine();
    fs::create_dir(other.home().join("work")).unwrap();
    let mut child = agent(&other, &instructions(&machine, "vm"));
    let shell = |command: &str| machine.coder(["ssh", "vm", "--", command]);
    let home = other.home();
    assert_eq!(
        shell("echo $K $WHERE $SECRET_OF_THE_AGENT; pwd").ok(),
        format!("one {0}/x inherited\n{0}/work\n", home.display())
    );
    assert_eq!(read(&home.join("k")), "one");

    machine.coder(["stop", "vm", "-y"]).ok();
    assert!(home.join("work/stopped").exists(), "stop scripts ran");
    assert!(child.try_wait().unwrap().is_none(), "the agent waits for the next start");
    machine.coder_with(["secret", "update", "k"], b"two").ok();
    machine.coder(["start", "vm", "-y"]).ok();
    assert_eq!(shell("echo $K").ok(), "two\n");
    assert_eq!(read(&home.join("k")), "two");

    kill(Pid::from_raw(child.id().try_into().unwrap()), Signal::SIGTERM).unwrap();
    assert!(child.wait().unwrap().success(), "a clean end: {}", read(&home.join("log")));
    until("the server notices", || machine.coder(["show", "vm"]).ok().contains("disconnected"));
    server.stop();
}

/// The server goes away and comes back: files are written again, scripts are not run again, nothing is lost.
#[test]
fn reconnecting() {
    let machine = super::machine();
    let server = machine.serve_and_log_in();
    machine.coder_with(["secret", "create", "k", "--file", "~/k"], b"one").ok();
    machine.workspace(
        "vm",
        "[external]\n[[script]]\nscript = \"echo ran >> runs; while [ ! -e go ]; do sleep 0.05; done; echo late line\"\n",
    );
    let other = super::machine();
    let mut child = agent(&other, &instructions(&machine, "vm"));
    until("the script runs", || other.home().join("runs").exists());
    let address = server.address();
    server.kill();
    fs::write(other.home().join("k"), "edited").unwrap();
    fs::write(other.home().join("go"), "").unwrap();
    let server = machine.serve_at::<&str>(&address, []);
    machine.coder_with(["secret", "update", "k"], b"two").ok();
    until("the agent is back and ready", || machine.coder(["show", "vm"]).ok().contains("connected, ready"));
    assert!(["one", "two"].contains(&read(&other.home().join("k")).as_str()), "the local edit is gone");
    assert_eq!(read(&other.home().join("runs")), "ran\n", "scripts run once a start");
    let logs = machine.coder(["logs", "vm"]).ok();
    assert_eq!(logs.matches("late line").count(), 1, "{logs}");
    child.kill().unwrap();
    child.wait().unwrap();
    server.stop();
}

/// Scripts: interpreters, time limits, what they print, and the stage they lead to.
#[test]
fn scripts() {
    let machine = super::machine();
    let server = machine.serve_and_log_in();
    machine.workspace(
        "dev",
        r##"[process]
[[script]]
display_name = "Sh"
script = "echo out; echo err >&2; echo $0 > shell"
[[script]]
display_name = "Env"
script = "#!/usr/bin/env sh\necho by interpreter\n"
[[script]]
display_name = "Slow"
script = "echo begin; sleep 4321"
timeout = "1s"
"##,
    );
    until("the scripts are done", || machine.coder(["show", "dev"]).ok().contains("start_timeout"));
    until("their output is there", || {
        let logs = machine.coder(["logs", "dev"]).ok();
        ["[Sh] out", "[Sh] err", "[Env] by interpreter", "[Slow] begin", "took longer than 1s and was ended"]
            .iter()
            .all(|line| logs.contains(line))
    });
    let shown = machine.coder(["show", "dev"]).ok();
    assert!(shown.contains("startup script timed out"), "{shown}");
    machine.bash("! pgrep -f '^sleep 4321$'").ok();
    server.stop();
}

/// Of two agents with one token the later one counts, and a token of a deleted workspace counts for nothing.
#[test]
fn tokens_of_agents() {
    let machine = super::machine();
    let server = machine.serve_and_log_in();
    machine.workspace("vm", "[external]\n");
    let command = instructions(&machine, "vm");
    let other = super::machine();
    let mut child = agent(&other, &command);
    assert_eq!(machine.coder(["ssh", "vm", "--", "pwd"]).ok(), format!("{}\n", other.home().display()));
    machine.coder(["delete", "vm", "-y"]).ok();
    until("the agent learns of it", || read(&other.home().join("log")).contains("does not know this agent"));
    child.kill().unwrap();
    child.wait().unwrap();
    let mut missing = machine.command("coder");
    missing.args(["agent", "--agent-url", &server.url]);
    let refused = coder_testkit::finish(missing, b"");
    assert!(refused.code == 1 && refused.stderr.contains("CODER_AGENT_TOKEN_FILE"), "{}", refused.stderr);
    server.stop();
}
