//! What `coder ssh` lends to a workspace.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    os::unix::net::{UnixListener, UnixStream},
    process::{Child, Command, Stdio},
    thread,
};

use coder_testkit::{Machine, Server, finish, until};

fn workspace() -> (Machine, Server) {
    let machine = super::machine();
    let server = machine.serve_and_log_in();
    machine.workspace("dev", "[process]\n");
    (machine, server)
}

/// A command in the workspace that is spoken with line by line.
struct Talk {
    child: Child,
    output: BufReader<std::process::ChildStdout>,
}

impl Talk {
    fn begin(mut command: Command) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, output }
    }

    fn hear(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    fn say(&mut self, line: &str) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{line}").unwrap();
    }

    fn end(mut self) -> Option<i32> {
        drop(self.child.stdin.take());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A program here that closes its socket while it is written to ends that connection and nothing else.
#[test]
fn a_socket_that_closes_does_not_end_the_session() {
    let (machine, server) = workspace();
    let (here, there) = (machine.home().join("here.sock"), machine.home().join("there.sock"));
    let listener = UnixListener::bind(&here).unwrap();
    thread::spawn(move || listener.incoming().for_each(drop));
    let mut command = machine.command("coder");
    command.env("SSH_AUTH_SOCK", &here);
    command.args(["ssh", "-A", "-R", &format!("{}:{}", there.display(), here.display()), "dev", "--"]);
    command.arg("echo $SSH_AUTH_SOCK; exec cat");
    let mut talk = Talk::begin(command);
    let agent = talk.hear();
    let block = vec![0; 64 * 1024];
    for path in [there.as_path(), agent.as_ref()] {
        for _ in 0..20 {
            let mut stream = UnixStream::connect(path).unwrap();
            // As much as may be under way, until this end learns that nobody takes it.
            while stream.write_all(&block).is_ok() {}
        }
        talk.say("still here");
        assert_eq!(talk.hear(), "still here");
    }
    assert_eq!(talk.end(), Some(0));
    server.stop();
}

/// What people set for `coder ssh` does not come between stock clients and their ProxyCommand.
#[test]
fn variables_for_it_are_not_for_stock_clients() {
    let (machine, server) = workspace();
    let mut command = machine.command("ssh");
    command.env("CODER_SSH_FORWARD_AGENT", "true");
    command.env("CODER_SSH_ENV", "A=1").env("CODER_SSH_REMOTE_FORWARD", "8080:localhost:80");
    let options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR"];
    command.args(["-F", "none", "-oProxyCommand=coder ssh --stdio dev"]);
    command.args(options.map(|option| format!("-o{option}"))).args(["coder.dev", "echo in"]);
    assert_eq!(finish(command, b"").ok(), "in\n");
    server.stop();
}

/// `coder ssh dev -- command | head` ends with what reads it, quietly.
#[test]
fn output_that_nobody_reads_ends_the_session() {
    let (machine, server) = workspace();
    let run = "(coder ssh dev -- yes || echo -n $? >&2) | head -n 1";
    let ended = machine.bash(run);
    assert_eq!((ended.stdout.as_str(), ended.stderr.as_str()), ("y\n", "141"));
    // By itself, not by the signal: what it has to clean up, it does.
    let mut command = machine.command("coder");
    command.args(["ssh", "--network-info-dir", "info", "dev", "--", "read go; exec yes"]);
    let mut client = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let files = || fs::read_dir(machine.home().join("info")).map_or(0, Iterator::count);
    until("it is connected", || files() > 0);
    drop(client.stdout.take());
    writeln!(client.stdin.take().unwrap(), "go").unwrap();
    assert_eq!(client.wait().unwrap().code(), Some(141));
    assert_eq!(files(), 0);
    server.stop();
}
