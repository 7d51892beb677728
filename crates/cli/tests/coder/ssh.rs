//! `coder ssh`, and OpenSSH with it as ProxyCommand.

use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use coder_testkit::{Machine, Server, finish, is_alive, read, until};

use crate::pty::Pty;

fn workspace() -> (Machine, Server) {
    let machine = super::machine();
    let server = machine.serve_and_log_in();
    machine.coder_with(["secret", "create", "k", "--env", "K"], b"s3cret").ok();
    machine.workspace("dev", "[process]\n");
    (machine, server)
}

/// OpenSSH, with `coder ssh --stdio` as ProxyCommand.
fn openssh(machine: &Machine) -> Command {
    let mut command = machine.command("ssh");
    command.args([
        "-F",
        "none",
        "-o",
        "ProxyCommand=coder ssh --stdio dev",
        "-o",
        "StrictHostKeyChecking=no",
        "-o",
        "UserKnownHostsFile=known",
        "-o",
        "LogLevel=ERROR",
        "coder.dev",
    ]);
    command
}

#[test]
fn commands() {
    let (machine, server) = workspace();
    let run = |command: &str| machine.coder(["ssh", "dev", "--", command]);
    let output = run("echo out; echo err >&2; exit 7");
    assert_eq!((output.code, output.stdout.as_str(), output.stderr.as_str()), (7, "out\n", "err\n"));
    assert_eq!(
        machine.coder(["ssh", "dev", "--", "echo", "a  b", "$K"]).ok(),
        "a b s3cret\n",
        "joined by spaces, as ssh does"
    );
    assert_eq!(run("kill -TERM $$").code, 143);
    assert_eq!(run("kill -KILL $$").code, 137);
    assert_eq!(run("echo -n $CODER $CODER_WORKSPACE_NAME $CODER_WORKSPACE_OWNER_NAME").ok(), "true dev admin");
    let set = machine.coder([
        "ssh",
        "-e",
        "MINE=1",
        "-e",
        "K=no",
        "-e",
        "CODER=no",
        "dev",
        "--",
        "echo $MINE $K $CODER",
    ]);
    assert_eq!(set.ok(), "1 s3cret true\n");
    // A background process does not delay the end of the command, even with its output open, and outlives it, as with sshd.
    for background in ["sleep 1234 & echo -n $!", "sleep 1234 >/dev/null 2>&1 & echo -n $!"] {
        let pid = run(background).ok().parse().unwrap();
        run("true").ok();
        assert!(is_alive(pid), "{background}");
        let _ = nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), nix::sys::signal::Signal::SIGKILL);
    }
    let unknown = machine.coder(["ssh", "nope"]);
    assert!(unknown.code == 1 && unknown.stderr.contains("get workspace \"nope\""), "{}", unknown.stderr);
    server.stop();
}

#[test]
fn ten_megabytes_in_both_directions() {
    let (machine, server) = workspace();
    let data: Vec<u8> = (0..10_000_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()[2]).collect();
    let file = machine.home().join("data");
    fs::write(&file, &data).unwrap();
    let sum = machine.bash("sha256sum < data").ok();
    assert_eq!(machine.bash("coder ssh dev -- cat < data | sha256sum").ok(), sum, "echoed");
    assert_eq!(machine.bash("coder ssh dev -- sha256sum < data").ok(), sum, "read by the command");
    assert_eq!(machine.bash("coder ssh dev -- 'head -c 10000000 /dev/zero' | wc -c").ok().trim(), "10000000");
    // A process that first writes and then reads much must not deadlock.
    let late =
        machine.bash("coder ssh dev -- 'head -c 20000000 /dev/zero; cat | sha256sum >&2' < data | wc -c");
    assert_eq!((late.stdout.trim(), late.stderr.as_str()), ("20000000", sum.as_str()));
    server.stop();
}

#[test]
fn openssh_with_proxy_command() {
    let (machine, server) = workspace();
    let run = |command: &str, input: &[u8]| {
        let mut ssh = openssh(&machine);
        ssh.arg(command);
        finish(ssh, input)
    };
    let output = run("echo $K; echo err >&2; exit 3", b"");
    assert_eq!((output.code, output.stdout.as_str(), output.stderr.as_str()), (3, "s3cret\n", "err\n"));
    assert_eq!(run("cat", b"through and back").ok(), "through and back");
    let mut shell = openssh(&machine);
    shell.args(["-tt"]);
    let output = finish(shell, b"stty size; echo $TERM-$K; exit 5\n");
    assert!(output.code == 5 && output.stdout.contains("-s3cret"), "{}{}", output.stdout, output.stderr);
    // The host key is the same every time.
    assert_eq!(read(&machine.home().join("known")).lines().count(), 1);
    server.stop();
}

/// A shell on a terminal: size and its changes, Ctrl-C, job control, and the status it ends with.
#[test]
fn an_interactive_shell() {
    let (machine, server) = workspace();
    let mut command = machine.command("coder");
    command.args(["ssh", "dev"]);
    let mut terminal = Pty::run(command, 33, 101);
    terminal.type_in("PS1='ready> '; stty size; echo \"$TERM:$K\"\n");
    terminal.wait_for("33 101");
    terminal.wait_for("xterm:s3cret");
    // In one process: otherwise the interrupt may reach the shell between fork and exec, and not its child.
    terminal.type_in("sh -c 'printf be%s gun; exec sleep 1000'\n");
    terminal.wait_for("begun");
    terminal.type_in("\u{3}");
    terminal.wait_for("ready> ");
    terminal.type_in("echo status-$?\n");
    terminal.wait_for("status-130");
    let size = rustix::termios::Winsize { ws_row: 44, ws_col: 120, ws_xpixel: 0, ws_ypixel: 0 };
    rustix::termios::tcsetwinsize(&terminal.terminal, size).unwrap();
    let pid = nix::unistd::Pid::from_raw(terminal.child.id().try_into().unwrap());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGWINCH).unwrap();
    terminal.type_in("while [ \"$(stty size)\" != '44 120' ]; do sleep 0.05; done; echo resized\n");
    terminal.wait_for("\rresized");
    terminal.type_in("exit 9\n");
    assert_eq!(terminal.child.wait().unwrap().code(), Some(9));
    server.stop();
}

/// A process that does not read what it is sent ends, without any other effect.
#[test]
fn process_that_does_not_read_stdin_exits_cleanly() {
    let (machine, server) = workspace();
    let pid = machine.coder(["ssh", "dev", "--", "echo -n $PPID"]).ok();
    for command in ["true", "exec <&-; sleep 0.3; echo over", "head -c 1 >/dev/null; exec <&-; sleep 0.3"] {
        machine.bash(&format!("(head -c 5000000 /dev/zero || true) | coder ssh dev -- '{command}'")).ok();
    }
    assert_eq!(machine.coder(["ssh", "dev", "--", "echo -n $PPID"]).ok(), pid, "the same agent");
    server.stop();
}

/// When the template's directory is missing, shells start in the home directory with a notice, commands without one.
#[test]
fn a_missing_directory_falls_back_to_home() {
    let machine = super::machine();
    let server = machine.serve_and_log_in();
    machine.workspace("dev", "[process]\n[agent]\ndir = \"~/not/yet\"\n");
    let home = machine.coder(["ssh", "dev", "--", "pwd; test -O $HOME && echo -n $HOME"]).ok();
    let (started, home) = home.split_once('\n').unwrap();
    assert_eq!(started, home);
    let notice = format!("Directory {home}/not/yet does not exist; starting in {home}.");
    let mut command = machine.command("coder");
    command.args(["ssh", "dev"]);
    let mut terminal = Pty::run(command, 24, 200);
    terminal.wait_for(&notice);
    terminal.type_in("mkdir -p not/yet; exit\n");
    assert_eq!(terminal.child.wait().unwrap().code(), Some(0));
    assert_eq!(machine.coder(["ssh", "dev", "--", "pwd"]).ok(), format!("{home}/not/yet\n"));
    server.stop();
}

/// A lost connection hangs up its processes, but not those in a session of their own.
#[test]
fn a_lost_connection_hangs_up_its_processes() {
    let (machine, server) = workspace();
    let mut command = openssh(&machine);
    command
        .arg("echo $$ > pid; (setsid nohup sleep 1000 >/dev/null 2>&1 & echo $! > kept); exec sleep 1000")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut ssh = command.spawn().unwrap();
    let home = machine.coder(["ssh", "dev", "--", "echo -n $HOME"]).ok();
    let pid_in = |name: &str| {
        fs::read_to_string(format!("{home}/{name}")).ok().and_then(|text| text.trim().parse::<i32>().ok())
    };
    until("the command runs", || pid_in("pid").is_some() && pid_in("kept").is_some());
    ssh.kill().unwrap();
    ssh.wait().unwrap();
    let (pid, kept) = (pid_in("pid").unwrap(), pid_in("kept").unwrap());
    until("the command ends", || !is_alive(pid));
    assert!(is_alive(kept), "a process in its own session is not affected");
    let _ = nix::sys::signal::kill(nix::unistd::Pid::from_raw(kept), nix::sys::signal::Signal::SIGKILL);
    server.stop();
}

/// Shells wait for scripts with `start_blocks_login`, and not for others.
#[test]
fn waiting_for_startup_scripts() {
    let machine = super::machine();
    let server = machine.serve_and_log_in();
    let script = "script = \"while [ ! -e go ]; do sleep 0.05; done; touch done\"";
    let ssh = |arguments: &[&str]| machine.coder([&["ssh"], arguments].concat());
    // Lists the workspace's files, and unblocks the script once the client has printed what it is waiting for.
    let waited = |workspace: &str, arguments: &[&str]| {
        let mut command = machine.command("coder");
        command.args([&["ssh", workspace], arguments, &["--", "ls"]].concat());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut client = command.spawn().unwrap();
        let mut lines = BufReader::new(client.stderr.take().unwrap()).lines().map_while(Result::ok);
        let line = lines.find(|line| line.contains("Waiting for the workspace's startup scripts..."));
        assert!(line.is_some() && client.try_wait().unwrap().is_none());
        ssh(&[workspace, "--wait", "no", "--", "touch go"]).ok();
        let output = client.wait_with_output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    machine.workspace("block", &format!("[process]\n[[script]]\n{script}\nstart_blocks_login = true\n"));
    assert_eq!(ssh(&["block", "--wait", "no", "--", "ls"]).ok(), "");
    assert_eq!(waited("block", &[]), "done\ngo\n");
    machine.workspace("pass", &format!("[process]\n[[script]]\n{script}\n"));
    assert_eq!(ssh(&["pass", "--", "ls"]).ok(), "");
    assert_eq!(waited("pass", &["--wait", "yes"]), "done\ngo\n");
    machine.workspace(
        "fail",
        "[process]\n[[script]]\nscript = \"echo broken; exit 3\"\nstart_blocks_login = true\n",
    );
    let failed = machine.coder(["ssh", "fail", "--", "echo in"]);
    assert_eq!(failed.stdout, "in\n");
    assert!(failed.stderr.contains("A startup script failed; see `coder logs fail`."), "{}", failed.stderr);
    let logs = machine.coder(["logs", "fail"]).ok();
    assert!(logs.contains("[Script] broken") && logs.contains("exit status: 3"), "{logs}");
    server.stop();
}
