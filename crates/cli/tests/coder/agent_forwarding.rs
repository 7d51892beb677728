//! What `coder ssh` lends to a workspace.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    os::unix::net::{UnixListener, UnixStream},
    process::{Child, Command, Stdio},
    thread,
};

use coder_testkit::{Machine, Output, Server, finish, until};

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
    command.env("CODER_SSH_FORWARD_AGENT", "true").env("CODER_SSH_FORWARD_GPG", "true");
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

/// Keys of a person on this machine. Their agent ends with this.
struct Keyring<'a>(&'a Machine);

impl<'a> Keyring<'a> {
    fn new(machine: &'a Machine) -> Self {
        machine.bash("mkdir -m 700 gnupg").ok();
        Self(machine)
    }

    fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = self.0.command(program);
        command.env("GNUPGHOME", self.0.home().join("gnupg")).args(arguments);
        command
    }

    fn run(&self, program: &str, arguments: &[&str], input: &[u8]) -> Output {
        finish(self.command(program, arguments), input)
    }
}

impl Drop for Keyring<'_> {
    fn drop(&mut self) {
        let _ = self.command("gpgconf", &["--kill", "gpg-agent"]).status();
    }
}

/// gpg in the workspace signs with a key that never leaves this machine.
#[test]
fn the_gpg_agent_is_lent() {
    let machine = super::machine();
    let server = machine.serve_and_log_in();
    // Not the place that gpg takes by itself: its sockets may be shared with the person who runs this test.
    machine.workspace("dev", "[process]\n[[env]]\nname = \"GNUPGHOME\"\nvalue = \"$HOME/keys\"\n");
    machine.coder(["ssh", "dev", "--", "mkdir -m 700 ~/keys && gpgconf --launch gpg-agent"]).ok();
    let keys = Keyring::new(&machine);
    let none = keys.run("coder", &["ssh", "-G", "dev", "--", "true"], b"");
    assert!(none.code == 1 && none.stderr.contains("gpgconf --launch gpg-agent"), "{none:?}");
    let how = ["--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""];
    let key = ["--quick-generate-key", "Lent <lent@example.com>", "ed25519", "sign", "never"];
    let made = keys.run("gpg", &[&how[..], &key].concat(), b"");
    assert_eq!(made.code, 0, "{}", made.stderr);

    let mut first = Talk::begin(keys.command("coder", &["ssh", "-G", "dev", "--", "echo in; exec cat"]));
    assert_eq!(first.hear(), "in", "also where an agent of the workspace's own was");
    let mut second = Talk::begin(keys.command("coder", &["ssh", "-G", "dev", "--", "echo in; exec cat"]));
    assert_eq!(second.hear(), "in", "also where another session has lent it");
    assert_eq!(first.end(), Some(0));
    let sign = ["ssh", "dev", "--", "gpg --batch --no-autostart --clearsign"];
    let beside = machine.coder_with(sign, b"what is said\n").ok();
    assert_eq!(second.end(), Some(0), "what has lent it before takes away nothing of others");
    let during = ["ssh", "-G", "dev", "--", "gpg --batch --no-autostart --clearsign"];
    let during = keys.run("coder", &during, b"what is said\n").ok();
    for signed in [beside, during] {
        assert!(signed.contains("what is said"), "{signed}");
        let verified = keys.run("gpg", &["--batch", "--verify"], signed.as_bytes());
        assert!(verified.code == 0 && verified.stderr.contains("Good signature"), "{}", verified.stderr);
    }
    let listed = keys.run("coder", &["ssh", "-G", "dev", "--", "gpg -K; ls ~/keys/private-keys-v1.d"], b"");
    assert!(listed.stdout.contains("[ultimate] Lent <lent@example.com>"), "{listed:?}");
    assert!(!listed.stdout.contains(".key"), "{listed:?}");
    let after = machine.coder_with(sign, b"what is said\n");
    assert!(after.code != 0 && !after.stdout.contains("BEGIN PGP SIGNATURE"), "{after:?}");
    // Without gpg: here, and there.
    let program = env!("CARGO_BIN_EXE_coder");
    let mut without = keys.command(program, &["ssh", "-G", "dev", "--", "true"]);
    without.env("PATH", "/none");
    let without = finish(without, b"");
    assert!(without.code == 1 && without.stderr.contains("install gnupg"), "{without:?}");
    let there = keys.run("coder", &["ssh", "-G", "-e", "PATH=/none", "dev", "--", "true"], b"");
    assert!(there.code == 1 && there.stderr.contains("install gnupg there"), "{there:?}");
    server.stop();
}
