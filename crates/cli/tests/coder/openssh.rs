//! OpenSSH's tools, rsync and git, after `coder config-ssh`. With each of them, remote processes have the secrets.

use std::{
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    os::unix::fs::PermissionsExt,
    process::{Child, Command, Stdio},
    thread,
};

use coder_testkit::{Machine, Server, finish, free_port, read, until};

use crate::pty::Pty;

/// A machine with a configured workspace `dev`, which has the secret `K`.
fn configured() -> (Machine, Server) {
    let machine = super::machine();
    let server = machine.serve_and_log_in();
    machine.coder_with(["secret", "create", "k", "--env", "K"], b"s3cret").ok();
    machine.workspace("dev", "[process]\n");
    let printed = machine.coder(["config-ssh", "--ssh-config-file", &config(&machine), "--yes"]).ok();
    assert!(printed.contains("You should now be able to ssh into your workspace."), "{printed}");
    assert!(printed.contains("ssh coder.dev"), "{printed}");
    (machine, server)
}

/// OpenSSH looks up the home directory in the password database, not in `HOME`.
fn config(machine: &Machine) -> String {
    machine.home().join(".ssh/config").display().to_string()
}

fn tool(machine: &Machine, program: &str) -> Command {
    let mut command = machine.command(program);
    command.args(["-F", &config(machine)]);
    command
}

fn ssh(machine: &Machine, arguments: &[&str]) -> coder_testkit::Output {
    ssh_with(machine, arguments, b"")
}

fn ssh_with(machine: &Machine, arguments: &[&str], input: &[u8]) -> coder_testkit::Output {
    let mut command = tool(machine, "ssh");
    command.args(arguments);
    finish(command, input)
}

/// A running client, killed on drop.
struct Background(Child);

impl Background {
    fn start(mut command: Command) -> Self {
        Self(command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Responds to every connection with a prefix and all that it has received.
fn echo() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            thread::spawn(move || {
                let mut received = Vec::new();
                let _ = stream.read_to_end(&mut received);
                let _ = stream.write_all(&[&b"echo "[..], &received].concat());
            });
        }
    });
    port
}

/// Sends text to a port, closes that direction, and returns the response.
fn request(port: u16, text: &[u8]) -> Option<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.write_all(text).ok()?;
    stream.shutdown(std::net::Shutdown::Write).ok()?;
    let mut response = String::new();
    stream.read_to_string(&mut response).ok()?;
    Some(response).filter(|response| !response.is_empty())
}

#[test]
fn the_section_is_managed_and_the_rest_of_the_file_is_kept() {
    let machine = super::machine();
    let server = machine.serve_and_log_in();
    let file = config(&machine);
    fs::create_dir(machine.home().join(".ssh")).unwrap();
    let own = "# mine\r\nHost other\n\tUser me\n\n";
    fs::write(machine.home().join("real"), own).unwrap();
    fs::set_permissions(machine.home().join("real"), fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink("../real", &file).unwrap();
    let run =
        |arguments: &[&str]| machine.coder(["config-ssh", "--ssh-config-file", &file].iter().chain(arguments));
    let dry = run(&["--dry-run"]);
    assert!(
        dry.stdout.contains("Dry run, no changes made.") && dry.stderr.contains("+Host coder.*"),
        "{dry:?}"
    );
    assert_eq!(read(file.as_ref()), own);
    let unconfirmed = run(&[]);
    assert!(unconfirmed.code == 1 && unconfirmed.stderr.contains("--yes"), "{unconfirmed:?}");
    let printed = run(&["--yes", "-o", "ForwardAgent=yes", "--wait", "no"]).ok();
    assert!(printed.contains("Updated \"") && printed.contains("coder create <workspace>"), "{printed}");
    let with = read(file.as_ref());
    assert!(with.starts_with(own) && with.contains("\n    ForwardAgent=yes\n") && with.contains("--wait no"));
    assert!(fs::symlink_metadata(&file).unwrap().is_symlink(), "the symlink is not replaced");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(run(&["--yes", "--use-previous-options"]).ok().starts_with("No changes to make."));
    assert_eq!(read(file.as_ref()), with);
    let changed = run(&["--yes"]);
    assert!(!read(file.as_ref()).contains("ForwardAgent"), "{changed:?}");
    run(&["--remove", "--yes"]).ok();
    assert_eq!(read(file.as_ref()), own, "to the byte");
    fs::write(&file, "# ------------START-CODER-----------\n").unwrap();
    let broken = run(&["--yes"]);
    assert!(broken.code == 1 && broken.stderr.contains("incomplete"), "{broken:?}");
    server.stop();
}

/// A server's settings are written to a file that makes ssh run programs.
#[test]
fn a_server_cannot_make_ssh_run_programs() {
    let machine = super::machine();
    let file = config(&machine);
    for (prefix, suffix, options, message) in [
        ("coder.", "coder", r#"{"ProxyCommand": "touch hit"}"#, "forbidden SSH option: \"ProxyCommand\""),
        (
            "coder.",
            "coder",
            r#"{"LogLevel": "ERROR\n    ProxyCommand touch hit"}"#,
            "forbidden SSH option: \"LogLevel\"",
        ),
        ("coder.", "coder", r#"{"Match exec": "touch hit"}"#, "forbidden SSH option: \"Match exec\""),
        (r"coder.\nProxyCommand touch hit\nHost ", "coder", "{}", "hostname prefix or suffix"),
        ("coder.", "c;touch hit;", "{}", "hostname prefix or suffix"),
    ] {
        let body = format!(
            r#"{{"hostname_prefix": "{prefix}", "hostname_suffix": "{suffix}", "ssh_config_options": {options}}}"#
        );
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 4096]).unwrap();
            let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close";
            write!(stream, "{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        });
        let mut command = machine.command("coder");
        command.env("CODER_URL", url).env("CODER_SESSION_TOKEN", "abcdefghij-abcdefghijklmnopqrstuv");
        command.args(["config-ssh", "--yes", "--ssh-config-file", &file]);
        let output = finish(command, b"");
        server.join().unwrap();
        assert!(output.code == 1 && output.stderr.contains(message), "{output:?}");
        assert!(!std::path::Path::new(&file).exists(), "nothing is written");
    }
}

#[test]
fn commands_statuses_signals_and_variables() {
    let (machine, server) = configured();
    let output = ssh(&machine, &["coder.dev", "echo $K; echo err >&2; exit 3"]);
    assert_eq!((output.code, output.stdout.as_str(), output.stderr.as_str()), (3, "s3cret\n", "err\n"));
    assert_eq!(ssh(&machine, &["dev.coder", "echo $K"]).ok(), "s3cret\n", "by suffix");
    assert_eq!(ssh(&machine, &["coder.admin--dev", "echo $K"]).ok(), "s3cret\n", "with the owner");
    assert_eq!(ssh(&machine, &["coder.dev", "kill -TERM $$"]).code, 255, "ssh's status for a signal");
    let set = ["-o", "SetEnv=MINE=1 K=no CODER=no", "coder.dev", "echo $MINE $K $CODER"];
    assert_eq!(ssh(&machine, &set).ok(), "1 s3cret true\n");
    let mut send = tool(&machine, "ssh");
    send.env("SENT", "2").args(["-o", "SendEnv=SENT", "coder.dev", "echo $SENT"]);
    assert_eq!(finish(send, b"").ok(), "2\n");
    assert_eq!(ssh_with(&machine, &["coder.dev", "cat"], b"through and back").ok(), "through and back");
    let wrong = ssh(&machine, &["coder.nope", "true"]);
    assert!(wrong.code == 255 && wrong.stderr.contains("nope"), "{wrong:?}");
    let tty = ssh_with(&machine, &["-tt", "coder.dev", "echo $TERM-$K; test -t 0 && echo on-$SSH_TTY"], b"");
    assert!(tty.stdout.contains("-s3cret") && tty.stdout.contains("on-/dev/pts/"), "{tty:?}");
    server.stop();
}

/// Neither weak algorithms, nor others than workspaces need.
#[test]
fn only_listed_algorithms_are_offered() {
    let (machine, server) = configured();
    let verbose = ssh(&machine, &["-vvv", "coder.dev", "true"]);
    assert!(verbose.code == 0 && verbose.stderr.contains("will use strict KEX ordering"), "{}", verbose.stderr);
    let (_, offer) = verbose.stderr.split_once("peer server KEXINIT proposal").unwrap();
    for (what, algorithms) in [
        (
            "KEX algorithms",
            "mlkem768x25519-sha256,curve25519-sha256,curve25519-sha256@libssh.org,ext-info-s,\
             kex-strict-s-v00@openssh.com",
        ),
        ("host key algorithms", "ssh-ed25519"),
        ("ciphers ctos", "aes128-gcm@openssh.com,aes256-gcm@openssh.com,chacha20-poly1305@openssh.com"),
        ("MACs ctos", "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com"),
        ("compression ctos", "none"),
    ] {
        let line = offer.lines().find_map(|line| line.trim().strip_prefix(&format!("debug2: {what}: ")));
        assert_eq!(line, Some(algorithms), "{what}");
    }
    let rejected = ssh(&machine, &["-o", "Ciphers=aes128-ctr", "coder.dev", "true"]);
    assert_eq!(rejected.code, 255, "{}", rejected.stderr);
    let rejected = ssh(&machine, &["-s", "coder.dev", "netconf"]);
    assert!(
        rejected.code == 255 && rejected.stderr.contains("subsystem request failed"),
        "{}",
        rejected.stderr
    );
    server.stop();
}

/// An interactive shell: window size, Ctrl-C, and the exit status.
#[test]
fn a_shell_on_a_terminal() {
    let (machine, server) = configured();
    let mut command = tool(&machine, "ssh");
    command.arg("coder.dev");
    let mut terminal = Pty::run(command, 33, 101);
    terminal.type_in("PS1='ready> '; stty size; echo \"<$K>\"\n");
    terminal.wait_for("33 101");
    terminal.wait_for("<s3cret>");
    // In one process: otherwise the interrupt may reach the shell between fork and exec, and not its child.
    terminal.type_in("sh -c 'printf be%s gun; exec sleep 1000'\n");
    terminal.wait_for("begun");
    terminal.type_in("\u{3}");
    terminal.wait_for("^C");
    terminal.wait_for("ready> ");
    terminal.type_in("echo status-$?\n");
    terminal.wait_for("status-130");
    terminal.type_in("exit 7\n");
    assert_eq!(terminal.child.wait().unwrap().code(), Some(7));
    server.stop();
}

/// The remote terminal gets the modes of the local one.
#[test]
fn terminal_modes_are_applied() {
    let (machine, server) = configured();
    let f = config(&machine);
    let mut command = machine.command("bash");
    command.args(["-c", &format!("stty erase ^H -echoctl; exec ssh -F {f} -t coder.dev 'stty -a; echo done'")]);
    let mut terminal = Pty::run(command, 24, 80);
    terminal.wait_for("erase = ^H");
    terminal.wait_for("-echoctl");
    terminal.wait_for("done");
    terminal.child.wait().unwrap();
    server.stop();
}

#[test]
fn ten_megabytes_through_ssh_scp_and_sftp() {
    let (machine, server) = configured();
    let data: Vec<u8> = (0..10_000_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()[2]).collect();
    fs::write(machine.home().join("data"), &data).unwrap();
    let sum = machine.bash("sha256sum < data").ok();
    let f = config(&machine);
    assert_eq!(machine.bash(&format!("ssh -F {f} coder.dev cat < data | sha256sum")).ok(), sum);
    assert_eq!(machine.bash(&format!("ssh -F {f} coder.dev sha256sum < data")).ok(), sum);
    // Both protocols of scp, in both directions, with modes. In the old one, a shell expands the file name.
    for (protocol, name) in [("-s", "there and back"), ("-O", "there")] {
        let run = format!(
            "chmod 640 data; scp {protocol} -q -p -F {f} data 'coder.dev:{name}'
             scp {protocol} -q -p -F {f} 'coder.dev:{name}' back
             stat -c %a back; sha256sum < back; rm back"
        );
        assert_eq!(machine.bash(&run).ok(), format!("640\n{sum}"), "{protocol}");
    }
    let tree = format!(
        "mkdir -p tree/in; echo a >tree/a; echo b >tree/in/b; scp -q -r -F {f} tree coder.dev:tree
         scp -q -r -F {f} coder.dev:tree tree2; diff -r tree tree2"
    );
    machine.bash(&tree).ok();
    let batch =
        "put data up\nget up down\nmkdir directory\nrename up directory/up\nchmod 600 directory/up\nln directory/up hard
ln -s directory/up soft\nls -1 directory\nrm directory/up\nrm hard\nrm soft\nrmdir directory\ndf\n";
    fs::write(machine.home().join("batch"), batch).unwrap();
    let listed = machine.bash(&format!("sftp -q -F {f} -b batch coder.dev; sha256sum < down")).ok();
    assert!(listed.contains("directory/up") && listed.ends_with(&sum), "{listed}");
    // The remote processes have the secrets: the shell of the old protocol, and the SFTP server.
    machine
        .bash(&format!("scp -O -q -F {f} data 'coder.dev:copy-$K'; ssh -F {f} coder.dev ls copy-s3cret"))
        .ok();
    machine.bash(&format!("echo get /proc/self/environ env | sftp -q -F {f} -b - coder.dev")).ok();
    assert!(read(&machine.home().join("env")).contains("\0K=s3cret\0"));
    server.stop();
}

#[test]
fn rsync_and_git() {
    let (machine, server) = configured();
    let f = config(&machine);
    let rsync = format!(
        "mkdir -p from/deep/er; for n in $(seq 50); do echo $n >from/deep/$n; done; ln -s ../1 from/deep/er/link
         rsync -a -e 'ssh -F {f}' from/ coder.dev:to/
         echo changed >from/deep/7; rm from/deep/8
         rsync -a --delete --stats -e 'ssh -F {f}' from/ coder.dev:to/ | grep 'files transferred'
         rsync -a --rsync-path 'echo $K >has; rsync' -e 'ssh -F {f}' coder.dev:to/ back/
         diff -r from back && readlink back/deep/er/link; ssh -F {f} coder.dev cat has"
    );
    assert_eq!(machine.bash(&rsync).ok(), "Number of regular files transferred: 1\n../1\ns3cret\n");
    // A hook shows that the remote git process has the secrets.
    let git = format!(
        "export GIT_SSH_COMMAND='ssh -F {f}' GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b
         export GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
         ssh -F {f} coder.dev 'git init -q --bare repo; printf \"#!/bin/sh\\necho hook has \\$K\\n\" >repo/hooks/post-receive
             chmod +x repo/hooks/post-receive'
         git clone -q ssh://coder.dev/~/repo one 2>/dev/null
         cd one; git checkout -q -b main; head -c 3000000 /dev/urandom >blob; git add blob; git commit -qm one
         git push -q origin main
         cd ..; git clone -q -b main ssh://coder.dev/~/repo two; cmp one/blob two/blob"
    );
    // In an ssh:// URL, `/~/` is the home directory.
    let output = machine.bash(&git);
    assert_eq!(output.code, 0, "{}{}", output.stdout, output.stderr);
    assert!(output.stderr.contains("remote: hook has s3cret"), "{}", output.stderr);
    server.stop();
}

#[test]
fn forwarding() {
    let (machine, server) = configured();
    let echo = echo();
    let (local, socks, remote) = (free_port(), free_port(), free_port());
    let socket = machine.home().join("local.sock").display().to_string();
    let mut command = tool(&machine, "ssh");
    command.args(["-N", "-o", "ExitOnForwardFailure=yes"]);
    command.args(["-L", &format!("{local}:127.0.0.1:{echo}"), "-D", &format!("{socks}")]);
    command.args(["-R", &format!("{remote}:127.0.0.1:{echo}")]);
    command.args(["-L", &format!("{socket}:{}", machine.home().join("there.sock").display())]);
    command.args(["-R", &format!("{}:127.0.0.1:{echo}", machine.home().join("back.sock").display())]);
    command.arg("coder.dev");
    let client = Background::start(command);
    until("-L forwards", || request(local, b"L").is_some());
    assert_eq!(request(local, b"L").unwrap(), "echo L", "each direction is closed by itself");
    until("-R forwards", || request(remote, b"R").is_some());
    assert_eq!(request(remote, b"R").unwrap(), "echo R");
    let large = vec![b'x'; 3_000_000];
    assert_eq!(request(local, &large).unwrap().len(), large.len() + 5);
    assert_eq!(request(remote, &large).unwrap().len(), large.len() + 5);
    let mut stream = TcpStream::connect(("127.0.0.1", socks)).unwrap();
    // SOCKS 5: no authentication; connect to 127.0.0.1.
    stream.write_all(&[5, 1, 0]).unwrap();
    let mut response = [0; 2];
    stream.read_exact(&mut response).unwrap();
    let port = echo.to_be_bytes();
    stream.write_all(&[5, 1, 0, 1, 127, 0, 0, 1, port[0], port[1]]).unwrap();
    let mut response = [0; 10];
    stream.read_exact(&mut response).unwrap();
    assert_eq!(response[1], 0, "connected");
    stream.write_all(b"D").unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut received = String::new();
    stream.read_to_string(&mut received).unwrap();
    assert_eq!(received, "echo D");
    // Sockets, in both directions.
    let back = machine.home().join("back.sock");
    assert_eq!(fs::metadata(&back).unwrap().permissions().mode() & 0o777, 0o600);
    let request_unix = |path: &std::path::Path, text: &[u8]| {
        let mut stream = std::os::unix::net::UnixStream::connect(path).unwrap();
        stream.write_all(text).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        response
    };
    assert_eq!(request_unix(&back, b"S"), "echo S");
    let listener = std::os::unix::net::UnixListener::bind(machine.home().join("there.sock")).unwrap();
    let accepting = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut received = String::new();
        stream.read_to_string(&mut received).unwrap();
        stream.write_all(received.to_uppercase().as_bytes()).unwrap();
    });
    assert_eq!(request_unix(socket.as_ref(), b"up"), "UP");
    accepting.join().unwrap();
    // Remote listeners end with the client.
    drop(client);
    until("the port is closed", || TcpStream::connect(("127.0.0.1", remote)).is_err());
    until("the socket is deleted", || !back.exists());
    // Without a listener, the channel is rejected.
    let rejected = ssh(&machine, &["-W", &format!("127.0.0.1:{}", free_port()), "coder.dev"]);
    assert!(rejected.code != 0, "{rejected:?}");
    server.stop();
}

#[test]
fn sessions_share_a_connection() {
    let (machine, server) = configured();
    let control = machine.home().join("control").display().to_string();
    let mut master = tool(&machine, "ssh");
    master.args(["-M", "-N", "-S", &control, "coder.dev"]);
    let master = Background::start(master);
    until("the master is running", || ssh(&machine, &["-S", &control, "-O", "check", "x"]).code == 0);
    let run = |command: &str| ssh(&machine, &["-S", &control, "coder.dev", command]);
    assert_eq!(run("echo $K").ok(), "s3cret\n");
    // A session that does not read does not block the others.
    let mut stuck = tool(&machine, "ssh");
    stuck.args(["-S", &control, "coder.dev", "sleep 1000"]).stdin(Stdio::piped());
    let mut stuck = stuck.spawn().unwrap();
    let mut input = stuck.stdin.take().unwrap();
    let filler = thread::spawn(move || {
        let block = vec![0; 64 * 1024];
        for _ in 0..128 {
            if input.write_all(&block).is_err() {
                return;
            }
        }
    });
    let sessions: Vec<_> = (0..16)
        .map(|n| {
            let mut command = tool(&machine, "ssh");
            command.args(["-S", &control, "coder.dev", &format!("head -c 1000000 | wc -c; echo {n} $K")]);
            thread::spawn(move || (n, finish(command, &vec![b'x'; 1_000_000])))
        })
        .collect();
    for session in sessions {
        let (n, output) = session.join().unwrap();
        assert_eq!(output.ok(), format!("1000000\n{n} s3cret\n"));
    }
    stuck.kill().unwrap();
    stuck.wait().unwrap();
    filler.join().unwrap();
    drop(master);
    server.stop();
}

/// One session more than allowed is rejected at once, and does not wait for another to end.
#[test]
fn sessions_of_a_connection_are_limited() {
    let (machine, server) = configured();
    let control = machine.home().join("control").display().to_string();
    let mut master = tool(&machine, "ssh");
    master.args(["-M", "-N", "-S", &control, "coder.dev"]);
    let master = Background::start(master);
    until("the master is running", || ssh(&machine, &["-S", &control, "-O", "check", "x"]).code == 0);
    let mut sessions: Vec<Child> = (0..64)
        .map(|_| {
            let mut command = tool(&machine, "ssh");
            command.args(["-S", &control, "coder.dev", "echo in; exec cat"]);
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for session in &mut sessions {
        session.stdout.as_mut().unwrap().read_exact(&mut [0; 3]).unwrap();
    }
    let another = || ssh(&machine, &["-S", &control, "-o", "ProxyCommand=false", "coder.dev", "echo in"]);
    assert_eq!(another().code, 255);
    // End of file on standard input ends one of them.
    let mut one = sessions.pop().unwrap();
    drop(one.stdin.take());
    assert!(one.wait().unwrap().success());
    until("a session is available again", || another().code == 0);
    for mut session in sessions {
        drop(session.stdin.take());
        assert!(session.wait().unwrap().success());
    }
    // Ended sessions do not count.
    for _ in 0..70 {
        another().ok();
    }
    drop(master);
    server.stop();
}

#[test]
fn agent_forwarding_ends_with_the_connection() {
    let (machine, server) = configured();
    let socket = machine.home().join("agent.sock").display().to_string();
    let mut agent = machine.command("ssh-agent");
    agent.args(["-D", "-a", &socket]);
    let agent = Background::start(agent);
    until("the SSH agent is running", || machine.home().join("agent.sock").exists());
    machine.bash("ssh-keygen -q -t ed25519 -N '' -C forwarded -f key").ok();
    machine.bash(&format!("SSH_AUTH_SOCK={socket} ssh-add -q key")).ok();
    let list =
        "ssh-add -l | awk '{print $3}'; ls -ld $SSH_AUTH_SOCK | cut -c1-10; echo $K; echo $SSH_AUTH_SOCK";
    let mut command = tool(&machine, "ssh");
    command.env("SSH_AUTH_SOCK", &socket).args(["-A", "coder.dev", list]);
    let printed = finish(command, b"").ok();
    let [comment, mode, secret, path] = printed.lines().collect::<Vec<_>>()[..] else { panic!("{printed}") };
    assert_eq!((comment, mode.starts_with('s'), secret), ("forwarded", true, "s3cret"));
    until("the socket is deleted", || !std::path::Path::new(path).exists());
    let mut command = machine.command("coder");
    command.env("SSH_AUTH_SOCK", &socket).args(["ssh", "-A", "dev", "--", "ssh-add -l"]);
    assert!(finish(command, b"").ok().contains("forwarded"), "by coder ssh too");
    let without = ssh(&machine, &["coder.dev", "echo -n ${SSH_AUTH_SOCK-none}"]).ok();
    assert_eq!(without, "none");
    drop(agent);
    server.stop();
}

/// `coder ssh` forwards ports as well, and reports that the workspace has stopped.
#[test]
fn coder_ssh_forwards_ports_and_ends_with_the_workspace() {
    let (machine, server) = configured();
    let (echo, remote) = (echo(), free_port());
    let mut command = machine.command("coder");
    command.args(["ssh", "-R", &format!("{remote}:127.0.0.1:{echo}"), "dev"]);
    let mut terminal = Pty::run(command, 24, 80);
    terminal.type_in("echo re\"\"ady\n");
    terminal.wait_for("ready");
    assert_eq!(request(remote, b"R").unwrap(), "echo R");
    machine.coder(["stop", "dev", "--yes"]).ok();
    terminal.wait_for("The workspace has stopped.");
    assert_eq!(terminal.child.wait().unwrap().code(), Some(255));
    // Connecting starts the workspace, unless that is disabled.
    let rejected = machine.coder(["ssh", "--disable-autostart", "dev", "--", "true"]);
    assert!(rejected.code == 1 && rejected.stderr.contains("stopped"), "{rejected:?}");
    assert_eq!(ssh(&machine, &["coder.dev", "echo $K"]).ok(), "s3cret\n");
    // A lost connection has a status and a message of its own.
    let mut command = machine.command("coder");
    command.args(["ssh", "dev"]);
    let mut terminal = Pty::run(command, 24, 80);
    terminal.type_in("echo re\"\"ady\n");
    terminal.wait_for("ready");
    server.kill();
    terminal.wait_for("Connect again with: coder ssh dev");
    assert_eq!(terminal.child.wait().unwrap().code(), Some(255));
}
