//! A user who is suspended loses every open connection to their workspaces.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    process::{Command, Stdio},
    thread,
};

use coder_testkit::{Machine, Server, Socket, finish, free_port, until};
use serde_json::json;

use crate::pty::Pty;

const PASSWORD: &str = "another-Pass-w0rd";

/// A second user, with a machine of their own.
struct Eve {
    machine: Machine,
    url: String,
    token: String,
}

impl Eve {
    fn join(admin: &Machine, server: &Server) -> Self {
        admin.coder(["users", "create", "-u", "eve", "-e", "eve@example.com", "-p", PASSWORD]).ok();
        let body = json!({"email": "eve@example.com", "password": PASSWORD}).to_string();
        let url = server.url.clone();
        let login =
            format!("curl -sf -d '{body}' -H 'content-type: application/json' {url}/api/v2/users/login");
        let response: serde_json::Value = serde_json::from_str(&admin.bash(&login).ok()).unwrap();
        let token = response["session_token"].as_str().unwrap().to_owned();
        Self { machine: super::machine(), url, token }
    }

    fn command(&self, program: &str) -> Command {
        let mut command = self.machine.command(program);
        command.env("CODER_URL", &self.url).env("CODER_SESSION_TOKEN", &self.token);
        command
    }

    fn coder(&self, arguments: &[&str]) -> coder_testkit::Output {
        let mut command = self.command("coder");
        command.args(arguments);
        finish(command, b"")
    }
}

/// Echoes every byte.
fn echo() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            thread::spawn(move || {
                let mut byte = [0];
                while stream.read_exact(&mut byte).is_ok() && stream.write_all(&byte).is_ok() {}
            });
        }
    });
    port
}

#[test]
fn suspending_a_user_closes_every_connection() {
    let machine = super::machine();
    let server = machine.serve_and_log_in();
    machine.workspace("dev", "[process]\n");
    let eve = Eve::join(&machine, &server);
    // She has no access to the administrator's workspace, nor the administrator to hers.
    let others = eve.coder(&["ssh", "admin/dev", "--", "true"]);
    assert!(others.code == 1 && others.stderr.contains("get workspace"), "{others:?}");
    eve.coder(&["create", "own", "--template", "dev", "--yes"]).ok();
    eve.coder(&["ssh", "own", "--", "true"]).ok();
    let admins = machine.coder(["ssh", "eve/own", "--", "true"]);
    assert!(
        admins.code == 1 && admins.stderr.contains("connect to the workspace: Resource not found"),
        "not even for administrators: {admins:?}"
    );

    let shown: serde_json::Value =
        serde_json::from_str(&eve.coder(&["show", "own", "-o", "json"]).ok()).unwrap();
    let agent = shown.pointer("/latest_build/resources/0/agents/0/id").unwrap().as_str().unwrap().to_owned();
    let pty = format!("{}/api/v2/workspaceagents/{agent}/pty", server.url);
    let mut terminal = Socket::open(&pty, &[("Coder-Session-Token", &eve.token)]).unwrap();
    terminal.type_in("echo op''en\n");
    terminal.wait_for("open");
    let mut command = eve.command("coder");
    command.args(["ssh", "own"]);
    let mut shell = Pty::run(command, 24, 80);
    shell.type_in("echo op\"\"en\n");
    shell.wait_for("open");
    let mut openssh = eve.command("ssh");
    let proxy = "ProxyCommand=coder ssh --stdio own";
    openssh.args([
        "-F",
        "none",
        "-o",
        proxy,
        "-o",
        "StrictHostKeyChecking=no",
        "-o",
        "UserKnownHostsFile=known",
    ]);
    openssh.args(["own", "echo open; sleep 1000"]).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut openssh = openssh.spawn().unwrap();
    openssh.stdout.as_mut().unwrap().read_exact(&mut [0; 5]).unwrap();
    let (remote, local) = (echo(), free_port());
    let mut forward = eve.command("coder");
    forward.args(["port-forward", "own", "--tcp", &format!("{local}:{remote}")]);
    let mut forward =
        forward.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    until("the port is forwarded", || TcpStream::connect(("127.0.0.1", local)).is_ok());
    let mut connection = TcpStream::connect(("127.0.0.1", local)).unwrap();
    connection.write_all(b"x").unwrap();
    connection.read_exact(&mut [0]).unwrap();

    machine.coder(["users", "suspend", "eve"]).ok();
    assert_eq!(terminal.end(), (Some(1008), "you are signed out".to_owned()));
    assert_eq!(shell.child.wait().unwrap().code(), Some(255));
    assert_eq!(openssh.wait().unwrap().code(), Some(255));
    assert!(!matches!(connection.read(&mut [0]), Ok(1..)), "the connection is closed");
    let mut stderr = String::new();
    forward.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert!(!forward.wait().unwrap().success() && stderr.contains("signed out"), "{stderr}");
    assert_eq!(Socket::open(&pty, &[("Coder-Session-Token", &eve.token)]).err().unwrap().0, 401);
    server.stop();
}
