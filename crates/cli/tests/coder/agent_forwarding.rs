//! Forwarding by `coder ssh`: SSH agent, gpg-agent, ports and sockets.

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

/// A command that reads and writes lines.
struct Dialog {
    child: Child,
    output: BufReader<std::process::ChildStdout>,
}

impl Dialog {
    fn start(mut command: Command) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, output }
    }

    fn read_line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    fn write_line(&mut self, line: &str) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{line}").unwrap();
    }

    fn finish(mut self) -> Option<i32> {
        drop(self.child.stdin.take());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Dialog {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A local program that closes its socket while it is written to ends only that connection.
#[test]
fn a_socket_that_closes_does_not_end_the_session() {
    let (machine, server) = workspace();
    let (local, remote) = (machine.home().join("local.sock"), machine.home().join("remote.sock"));
    let listener = UnixListener::bind(&local).unwrap();
    thread::spawn(move || listener.incoming().for_each(drop));
    let mut command = machine.command("coder");
    command.env("SSH_AUTH_SOCK", &local);
    command.args(["ssh", "-A", "-R", &format!("{}:{}", remote.display(), local.display()), "dev", "--"]);
    command.arg("echo $SSH_AUTH_SOCK; exec cat");
    let mut dialog = Dialog::start(command);
    let agent = dialog.read_line();
    let block = vec![0; 64 * 1024];
    for path in [remote.as_path(), agent.as_ref()] {
        for _ in 0..20 {
            let mut stream = UnixStream::connect(path).unwrap();
            // Until the close is noticed on this side.
            while stream.write_all(&block).is_ok() {}
        }
        dialog.write_line("still here");
        assert_eq!(dialog.read_line(), "still here");
    }
    assert_eq!(dialog.finish(), Some(0));
    server.stop();
}

/// The variables of `coder ssh` do not affect OpenSSH with `coder ssh --stdio` as its ProxyCommand.
#[test]
fn forwarding_variables_do_not_affect_openssh() {
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

/// `coder ssh dev -- command | head` ends quietly, when `head` does.
#[test]
fn closed_stdout_ends_the_session() {
    let (machine, server) = workspace();
    let run = "(coder ssh dev -- yes || echo -n $? >&2) | head -n 1";
    let ended = machine.bash(run);
    assert_eq!((ended.stdout.as_str(), ended.stderr.as_str()), ("y\n", "141"));
    // It exits instead of dying of the signal, so it cleans up.
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

/// A user's keys on this machine. Their gpg-agent is stopped on drop.
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
fn gpg_agent_forwarding() {
    let machine = super::machine();
    let server = machine.serve_and_log_in();
    // Not gpg's default directory, whose sockets the user who runs this test may share.
    machine.workspace("dev", "[process]\n[[env]]\nname = \"GNUPGHOME\"\nvalue = \"$HOME/keys\"\n");
    machine.coder(["ssh", "dev", "--", "mkdir -m 700 ~/keys && gpgconf --launch gpg-agent"]).ok();
    let keys = Keyring::new(&machine);
    let none = keys.run("coder", &["ssh", "-G", "dev", "--", "true"], b"");
    assert!(none.code == 1 && none.stderr.contains("gpgconf --launch gpg-agent"), "{none:?}");
    let how = ["--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""];
    let key = ["--quick-generate-key", "Test <test@example.com>", "ed25519", "sign", "never"];
    let generated = keys.run("gpg", &[&how[..], &key].concat(), b"");
    assert_eq!(generated.code, 0, "{}", generated.stderr);

    let mut first = Dialog::start(keys.command("coder", &["ssh", "-G", "dev", "--", "echo in; exec cat"]));
    assert_eq!(first.read_line(), "in", "although the workspace had an agent of its own");
    let mut second = Dialog::start(keys.command("coder", &["ssh", "-G", "dev", "--", "echo in; exec cat"]));
    assert_eq!(second.read_line(), "in", "although another session forwards it");
    assert_eq!(first.finish(), Some(0));
    let sign = ["ssh", "dev", "--", "gpg --batch --no-autostart --clearsign"];
    let beside = machine.coder_with(sign, b"a message\n").ok();
    assert_eq!(second.finish(), Some(0), "the end of the first session does not affect the second");
    let during = ["ssh", "-G", "dev", "--", "gpg --batch --no-autostart --clearsign"];
    let during = keys.run("coder", &during, b"a message\n").ok();
    for signed in [beside, during] {
        assert!(signed.contains("a message"), "{signed}");
        let verified = keys.run("gpg", &["--batch", "--verify"], signed.as_bytes());
        assert!(verified.code == 0 && verified.stderr.contains("Good signature"), "{}", verified.stderr);
    }
    let listed = keys.run("coder", &["ssh", "-G", "dev", "--", "gpg -K; ls ~/keys/private-keys-v1.d"], b"");
    assert!(listed.stdout.contains("[ultimate] Test <test@example.com>"), "{listed:?}");
    assert!(!listed.stdout.contains(".key"), "{listed:?}");
    let after = machine.coder_with(sign, b"a message\n");
    assert!(after.code != 0 && !after.stdout.contains("BEGIN PGP SIGNATURE"), "{after:?}");
    // Without gnupg: on this machine, and in the workspace.
    let program = env!("CARGO_BIN_EXE_coder");
    let mut without = keys.command(program, &["ssh", "-G", "dev", "--", "true"]);
    without.env("PATH", "/none");
    let without = finish(without, b"");
    assert!(without.code == 1 && without.stderr.contains("install gnupg"), "{without:?}");
    let remote = keys.run("coder", &["ssh", "-G", "-e", "PATH=/none", "dev", "--", "true"], b"");
    assert!(remote.code == 1 && remote.stderr.contains("install gnupg there"), "{remote:?}");
    server.stop();
}
