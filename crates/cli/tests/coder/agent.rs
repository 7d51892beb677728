//! The agent by itself: external workspaces, scripts, reconnecting, stopping.

use std::{
    fs,
    process::{Child, Stdio},
};

use coder_testkit::{Api, Machine, read, until};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

/// A running agent, killed on drop.
pub struct Agent(Child);

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Agent {
    pub fn pid(&self) -> u32 {
        self.0.id()
    }
}

/// Starts an agent on a machine.
pub fn agent(machine: &Machine, instructions: &str) -> Agent {
    let mut command = machine.command("sh");
    command
        .args(["-c", &format!("exec env {instructions} 2>log")])
        .env("SECRET_OF_THE_AGENT", "inherited")
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    Agent(command.spawn().unwrap())
}

/// Waits for a program to exit. Returns its status.
pub fn exit_code(what: &str, child: &mut Child) -> Option<i32> {
    let mut status = None;
    until(what, || {
        status = child.try_wait().unwrap();
        status.is_some()
    });
    status.and_then(|status| status.code())
}

pub fn instructions(machine: &Machine, workspace: &str) -> String {
    let json = machine.coder(["external-workspaces", "agent-instructions", workspace, "-o", "json"]).ok();
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert!(value["agent_token"].as_str().unwrap().len() == 40);
    let text = machine.coder(["external-workspaces", "agent-instructions", workspace]).ok();
    assert!(text.contains(value["command"].as_str().unwrap()), "{text}");
    value["command"].as_str().unwrap().to_owned()
}

/// One command makes a machine a workspace; `coder stop` runs shutdown scripts and keeps the agent.
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
    assert!(home.join("work/stopped").exists(), "shutdown scripts ran");
    assert!(child.0.try_wait().unwrap().is_none(), "the agent waits for the next start");
    machine.coder_with(["secret", "update", "k"], b"two").ok();
    machine.coder(["start", "vm", "-y"]).ok();
    assert_eq!(shell("echo $K").ok(), "two\n");
    assert_eq!(read(&home.join("k")), "two");

    kill(Pid::from_raw(child.pid().try_into().unwrap()), Signal::SIGTERM).unwrap();
    assert!(child.0.wait().unwrap().success(), "a clean exit: {}", read(&home.join("log")));
    until("the agent is disconnected", || machine.coder(["show", "vm"]).ok().contains("disconnected"));
    server.stop();
}

/// The server restarts several times. Each time the agent writes files with the values stored now and does not run scripts
/// again; every line that they print is stored once, also those printed without a server.
#[test]
fn reconnecting_delivers_again_and_loses_no_output() {
    const ROUNDS: usize = 3;
    let machine = super::machine();
    let mut server = machine.serve_and_log_in();
    machine.coder_with(["secret", "create", "k", "--file", "~/k"], b"value 0").ok();
    let script = "echo ran >> runs; for n in 0 1 2 3; do echo line $n.; touch printed$n; \
                  while [ ! -e go$n ]; do sleep 0.05; done; done; echo last line";
    machine.workspace("vm", &format!("[external]\n[[script]]\nscript = \"{script}\"\n"));
    let other = super::machine();
    let file = |name: &str| other.home().join(name);
    let child = agent(&other, &instructions(&machine, "vm"));
    until("the script runs", || file("printed0").exists());
    let address = server.address();
    for round in 0..ROUNDS {
        assert_eq!(read(&file("k")), format!("value {round}"));
        let next = format!("value {}", round + 1);
        machine.coder_with(["secret", "update", "k"], next.as_bytes()).ok();
        assert_eq!(read(&file("k")), format!("value {round}"), "not before the agent reconnects");
        if round % 2 == 0 {
            server.kill();
        } else {
            server.stop();
        }
        fs::write(file("k"), "edited").unwrap();
        fs::write(file(&format!("go{round}")), "").unwrap();
        let printed = format!("printed{}", round + 1);
        until("the script continues without a server", || file(&printed).exists());
        server = machine.serve_at::<&str>(&address, []);
        until("the file is written again", || read(&file("k")) == next);
    }
    fs::write(file(&format!("go{ROUNDS}")), "").unwrap();
    until("the script has ended", || machine.coder(["show", "vm"]).ok().contains("connected, ready"));
    assert_eq!(read(&file("runs")), "ran\n", "scripts run once per start");
    let logs = machine.coder(["logs", "vm"]).ok();
    for line in ["line 0.", "line 1.", "line 2.", "line 3.", "last line"] {
        assert_eq!(logs.matches(line).count(), 1, "{line}: {logs}");
    }
    drop(child);
    server.stop();
}

/// A running build ends soon after it is canceled, and the workspace can be built again.
#[test]
fn cancel_running_build() {
    let machine = super::machine();
    let server = machine.serve_and_log_in();
    machine.workspace(
        "vm",
        "[external]\n[[script]]\nscript = \"touch stopping; sleep 60\"\nrun_on_stop = true\ntimeout = \"1h\"\n",
    );
    let other = super::machine();
    let child = agent(&other, &instructions(&machine, "vm"));
    machine.coder(["ssh", "vm", "--", "true"]).ok();
    let mut command = machine.command("coder");
    command.args(["stop", "vm", "--yes"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut stop = command.spawn().unwrap();
    until("the shutdown script runs", || other.home().join("stopping").exists());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let api = Api::new(&server.url).with_token(&machine.token());
    let latest = || {
        let shown = runtime.block_on(api.get("/api/v2/users/me/workspace/vm")).expect(200);
        shown["latest_build"].clone()
    };
    let path = format!("/api/v2/workspacebuilds/{}", latest()["id"].as_str().unwrap());
    runtime.block_on(api.patch(&format!("{path}/cancel"), serde_json::json!({}))).expect(200);
    until("the build ends", || latest()["job"]["status"] == "canceled");
    assert_eq!(exit_code("coder stop", &mut stop), Some(1));
    let logs = runtime.block_on(api.get(&format!("{path}/logs"))).expect(200);
    assert_eq!(logs.as_array().unwrap().last().unwrap()["stage"], "Canceled", "{logs}");
    drop(child);
    machine.coder(["stop", "vm", "--yes"]).ok();
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
    until("the scripts have ended", || machine.coder(["show", "dev"]).ok().contains("start_timeout"));
    until("their output is stored", || {
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

/// Of two agents with one token the later one is used, and the token of a deleted workspace is rejected.
#[test]
fn tokens_of_agents() {
    let machine = super::machine();
    let server = machine.serve_and_log_in();
    machine.workspace("vm", "[external]\n");
    let command = instructions(&machine, "vm");
    let (earlier, later) = (super::machine(), super::machine());
    let at = |agents: &Machine| {
        machine.coder(["ssh", "vm", "--", "pwd"]).stdout.trim() == agents.home().to_str().unwrap()
    };
    let first = agent(&earlier, &command);
    assert!(at(&earlier));
    let second = agent(&later, &command);
    until("shells run at the later agent", || at(&later));
    until("the earlier agent is disconnected", || {
        read(&earlier.home().join("log")).contains("connection to server lost")
    });
    // It reconnects, and would be the later agent then.
    drop(first);
    until("shells run at the later agent again", || at(&later));
    machine.coder(["delete", "vm", "-y"]).ok();
    until("the agent is rejected", || read(&later.home().join("log")).contains("does not know this agent"));
    drop(second);
    let mut missing = machine.command("coder");
    missing.args(["agent", "--agent-url", &server.url]);
    let rejected = coder_testkit::finish(missing, b"");
    assert!(rejected.code == 1 && rejected.stderr.contains("CODER_AGENT_TOKEN_FILE"), "{}", rejected.stderr);
    server.stop();
}
