//! Start times and memory of the programs.

use std::{
    fs,
    process::Stdio,
    time::{Duration, Instant},
};

use coder_testkit::{Api, Machine, Server, until};

use crate::{median, memory, time, timed};

pub fn run(machine: &Machine, server: &Server) {
    memory("server, resident, after this load", resident(server.pid()));
    let runs = 20;
    let own = median((0..runs).map(|_| timed(|| drop(machine.coder(["secret", "list"]).ok()))).collect());
    let floor = median((0..runs).map(|_| timed(|| drop(machine.bash("true").ok()))).collect());
    time("coder secret list, whole process", own, Some(("bash -c true", floor)));
    let used = machine.bash("/usr/bin/env python3 -c 'import resource,subprocess; subprocess.run([\"coder\",\"secret\",\"list\"],stdout=subprocess.DEVNULL); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)'");
    if let Ok(kilobytes) = used.stdout.trim().parse() {
        memory("coder secret list, peak", (kilobytes, 0));
    }
    start_to_first_read();
    agent(machine);
}

/// Resident memory in kilobytes, in total and without the program's code, which its processes share.
pub fn resident(pid: i32) -> (u64, u64) {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        line.trim().trim_end_matches(" kB").parse().unwrap_or_default()
    };
    (field("VmRSS:"), field("RssAnon:"))
}

/// From the start of a server on existing data to its first response to an authenticated request.
fn start_to_first_read() {
    let program = std::env::var("CODER_BENCH_PROGRAM").unwrap();
    let machine = Machine::new(&program);
    let server = machine.serve_and_log_in();
    let token = machine.coder(["login", "token"]).ok();
    server.stop();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut spans = Vec::new();
    for round in 0..7 {
        let started = Instant::now();
        let server = machine.serve::<&str>([]);
        let api = Api::new(&server.url).with_token(token.trim());
        runtime.block_on(async { api.get("/api/v2/users/me").await.expect(200) });
        spans.push(started.elapsed());
        if round == 0 {
            memory("server, resident, idle", resident(server.pid()));
        }
        server.stop();
    }
    time("server start to first authenticated read", median(spans), None);
}

/// From the start of an agent to ready, with fifty secrets, half variables and half files.
fn agent(machine: &Machine) {
    for n in 10..50 {
        let (name, target) = (format!("bench-{n}"), format!("BENCH_{n}"));
        let file = format!("~/files/{n}");
        let target = if n % 2 == 0 { ["--env", &target] } else { ["--file", &file] };
        machine.coder_with(["secret", "create", &name, target[0], target[1]], b"value of a usual length").ok();
    }
    machine.workspace("bench-agent", "[external]\n[[script]]\nscript = \"true\"\n");
    let json = machine.coder(["external-workspaces", "agent-instructions", "bench-agent", "-o", "json"]).ok();
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    let command = value["command"].as_str().unwrap().to_owned();
    let mut spans = Vec::new();
    for round in 0..7 {
        let log = machine.home().join("agent.log");
        let started = Instant::now();
        let mut child = machine
            .command("sh")
            .args(["-c", &format!("exec env {command}")])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(&log).unwrap())
            .spawn()
            .unwrap();
        while !fs::read_to_string(&log).unwrap().contains("stage=\"ready\"") {
            assert!(started.elapsed() < Duration::from_secs(20), "the agent is not ready");
            std::thread::sleep(Duration::from_millis(1));
        }
        spans.push(started.elapsed());
        if round == 6 {
            until("the agent is ready", || machine.coder(["show", "bench-agent"]).ok().contains("ready"));
            memory("agent, resident, idle", resident(i32::try_from(child.id()).unwrap()));
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    time("agent start to ready, 50 secrets, 1 script", median(spans), None);
}
