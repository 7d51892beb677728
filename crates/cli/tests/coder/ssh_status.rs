//! What `coder ssh` reports while it is connected: an upcoming automatic stop, and network information.

use std::{fs, io::Write, os::unix::fs::PermissionsExt, path::Path, process::Stdio};

use coder_testkit::{Machine, Server, finish, read, until};
use serde_json::Value;

use crate::pty::Pty;

fn workspace() -> (Machine, Server) {
    let machine = super::machine();
    let server = machine.serve_and_log_in();
    machine.workspace("dev", "[process]\n");
    (machine, server)
}

/// Moves the workspace's deadline to so many seconds from now.
fn set_deadline(machine: &Machine, seconds: u32) {
    let now = "CAST(strftime('%s', 'now') AS INTEGER)";
    let sql = format!("UPDATE workspace_builds SET deadline = ({now} + {seconds}) * 1000000");
    assert!(machine.tamper(&sql) > 0);
}

#[test]
fn autostop_warning() {
    let (machine, server) = workspace();
    let mut command = machine.command("coder");
    command.args(["ssh", "--workspace-poll-interval", "1s", "--log-dir", "logs", "dev"]);
    let mut terminal = Pty::run(command, 24, 100);
    terminal.type_in("echo re\"\"ady\n");
    terminal.wait_for("ready");
    set_deadline(&machine, 570);
    terminal.wait_for("Workspace dev will stop automatically in 9 minutes.\r\n");
    // Extended, as a user does it, and warned of again later.
    let id = machine.coder(["show", "dev", "-o", "json"]).ok();
    let id = serde_json::from_str::<Value>(&id).unwrap()["id"].as_str().unwrap().to_owned();
    let end = machine.bash("date -u -d '+2 hours' +%FT%TZ").ok();
    let moved = format!(
        "curl -sS --fail -X PUT -H \"Coder-Session-Token: $(coder login token)\" -H 'Content-Type: application/json' \
         -d '{{\"deadline\": \"{end}\"}}' {url}/api/v2/workspaces/{id}/extend",
        end = end.trim(),
        url = server.url
    );
    machine.bash(&moved).ok();
    until("the client has polled it", || {
        let logs = fs::read_dir(machine.home().join("logs")).unwrap();
        logs.flatten().any(|log| read(&log.path()).contains(&format!("end={}", end.trim())))
    });
    set_deadline(&machine, 570);
    terminal.wait_for("Workspace dev will stop automatically in 9 minutes.\r\n");
    set_deadline(&machine, 250);
    terminal.wait_for("Workspace dev will stop automatically in 4 minutes.\r\n");
    set_deadline(&machine, 50);
    terminal.wait_for("Workspace dev will stop automatically in less than a minute.\r\n");
    terminal.type_in("exit 3\n");
    assert_eq!(terminal.child.wait().unwrap().code(), Some(3));
    // There are no warnings where standard error is not a terminal.
    let quiet = machine.coder(["ssh", "dev", "--", "echo in"]);
    assert_eq!((quiet.stdout.as_str(), quiet.stderr.as_str()), ("in\n", ""));
    for (span, message) in [("0s", "at least 1s"), ("soon", "a span of time")] {
        let wrong = machine.coder(["ssh", "--workspace-poll-interval", span, "dev"]);
        assert!(wrong.code == 2 && wrong.stderr.contains(message), "{wrong:?}");
    }
    server.stop();
}

fn info(file: &Path) -> Option<Value> {
    // Written atomically, so it is always valid JSON.
    fs::read(file).ok().map(|text| serde_json::from_slice(&text).unwrap())
}

#[test]
fn network_info_file() {
    let (machine, server) = workspace();
    let directory = machine.home().join("net/info");
    let file = directory.join(format!("{}.json", std::process::id()));
    let mut command = machine.command("coder");
    command.args([
        "ssh",
        "--network-info-interval",
        "1s",
        "--network-info-dir",
        "net/info",
        "dev",
        "--",
        "cat",
    ]);
    let mut client = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    until("the file exists", || file.exists());
    let first = info(&file).unwrap();
    assert!(first["latency"].as_f64().is_some_and(|latency| latency > 0.0), "{first}");
    assert_eq!(first["p2p"], false);
    assert_eq!(first["using_coder_connect"], false);
    assert_eq!(first["preferred_derp"], "");
    assert_eq!(first["derp_latency"], serde_json::json!({}));
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(&directory).unwrap().permissions().mode() & 0o777, 0o700);
    let mut input = client.stdin.take().unwrap();
    let block = vec![b'x'; 100_000];
    until("both rates are reported", || {
        input.write_all(&block).unwrap();
        let info = info(&file).unwrap();
        ["upload_bytes_sec", "download_bytes_sec"].iter().all(|rate| info[rate].as_u64().unwrap() > 100_000)
    });
    drop(input);
    assert!(client.wait().unwrap().success());
    assert_eq!(fs::read_dir(&directory).unwrap().count(), 0, "the file is removed");
    // With OpenSSH, the file has the pid of ssh, which ends its ProxyCommand by a signal.
    let mut command = machine.command("ssh");
    let proxy = "ProxyCommand=coder ssh --stdio --network-info-interval 1s --network-info-dir net/info dev";
    let options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR", proxy];
    command.args(["-F", "none"]).args(options.map(|option| format!("-o{option}"))).args(["-N", "coder.dev"]);
    let mut client = command.stdin(Stdio::null()).spawn().unwrap();
    let file = directory.join(format!("{}.json", client.id()));
    until("the file exists", || file.exists());
    nix::sys::signal::kill(
        nix::unistd::Pid::from_raw(client.id().try_into().unwrap()),
        nix::sys::signal::Signal::SIGTERM,
    )
    .unwrap();
    client.wait().unwrap();
    until("the file is deleted", || !file.exists());
    let mut command = machine.command("coder");
    command.args(["ssh", "--network-info-dir", "/proc/none", "dev", "--", "true"]);
    let wrong = finish(command, b"");
    assert!(wrong.code == 1 && wrong.stderr.contains("cannot create the directory /proc/none"), "{wrong:?}");
    server.stop();
}
