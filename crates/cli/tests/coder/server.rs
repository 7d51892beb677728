//! `coder server`: starting, stopping, restarts, and several servers.

use std::{
    fs,
    io::Read,
    os::unix::fs::PermissionsExt,
    process::{Command, Stdio},
};

use coder_testkit::{Api, Engine, Machine, Server, is_alive, read, until};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::json;

use crate::agent::{agent, exit_code, instructions};

fn agent_pid(machine: &Machine) -> i32 {
    let mut found = fs::read_dir(machine.data().join("workspaces")).unwrap();
    let record = found.next().unwrap().unwrap().path().join("agent.pid");
    read(&record).split(' ').next().unwrap().parse().unwrap()
}

/// A local workspace survives a server that is stopped or killed, and the next one adopts it.
#[test]
fn a_workspace_outlives_its_server() {
    let machine = super::machine();
    let server = machine.serve_and_log_in();
    machine
        .workspace("dev", "[process]\n[[script]]\nscript = \"echo run >> runs\"\nstart_blocks_login = true\n");
    machine.coder(["ssh", "dev", "--", "true"]).ok();
    let pid = agent_pid(&machine);
    let address = server.address();
    server.stop();
    assert!(is_alive(pid), "the agent runs after the server has stopped");
    let server = machine.serve_at(&address, ["--allow-process-workspaces"]);
    assert_eq!(machine.coder(["ssh", "dev", "--", "cat runs"]).ok(), "run\n", "startup scripts run once");
    server.kill();
    assert!(is_alive(pid), "the agent runs after the server was killed");
    let server = machine.serve_at(&address, ["--allow-process-workspaces"]);
    assert_eq!(machine.coder(["ssh", "dev", "--", "cat runs"]).ok(), "run\n");
    assert_eq!(agent_pid(&machine), pid);
    server.stop();

    // After a restart of the machine, the server starts the workspaces again.
    assert_eq!(machine.end_workspaces(), 1);
    let server = machine.serve_at(&address, ["--allow-process-workspaces"]);
    until("the workspace runs again", || is_alive(agent_pid(&machine)));
    assert_eq!(machine.coder(["ssh", "dev", "--", "echo back"]).ok(), "back\n");
    server.stop();
}

#[test]
fn a_data_directory_is_locked_and_private() {
    let machine = super::machine();
    let server = machine.serve::<&str>([]);
    let mut second = machine.command("coder");
    second.args(["server", "--http-address", "127.0.0.1:0", "--data-dir"]).arg(machine.data());
    let message = Server::start(second).err().expect("an error");
    assert!(message.contains("another coder server (process ") && message.contains("--data-dir"), "{message}");
    let mode = |name: &str| fs::metadata(machine.data().join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(""), mode("encryption.key"), mode("coder.db")), (0o700, 0o600, 0o600));
    let other = super::machine();
    let mut taken = other.command("coder");
    taken.args(["server", "--http-address", &server.address(), "--data-dir"]).arg(machine.home().join("other"));
    let message = Server::start(taken).err().expect("an error");
    assert!(message.contains("cannot listen on") && message.contains("--http-address"), "{message}");
    server.stop();
}

/// `coder server --dev`: a user, a login, a template and a running workspace, all of which are deleted at the end.
#[test]
fn development_mode() {
    let machine = super::machine();
    let mut command: Command = machine.command("coder");
    let log = machine.home().join("log");
    command
        .args(["server", "--dev", "--http-address", "127.0.0.1:0"])
        .stdin(Stdio::null())
        .stderr(fs::File::create(&log).unwrap());
    let mut child = command.spawn().unwrap();
    until("the server is ready", || read(&log).contains("Stop it with Ctrl-C"));
    machine.coder_with(["secret", "create", "k", "--env", "K"], b"s3cret").ok();
    machine.coder(["restart", "dev", "--yes"]).ok();
    assert_eq!(machine.coder(["ssh", "dev", "--", "echo $K"]).ok(), "s3cret\n");
    let home = machine.coder(["ssh", "dev", "--", "echo -n $HOME"]).ok();
    let pid = i32::try_from(child.id()).unwrap();
    kill(Pid::from_raw(pid), Signal::SIGINT).unwrap();
    assert!(child.wait().unwrap().success(), "{}", read(&log));
    assert!(!std::path::Path::new(&home).exists(), "its directory is deleted");
    assert_eq!(machine.coder(["whoami"]).code, 1, "the login is deleted");
}

/// Two servers share one PostgreSQL database and its keys: each delivers what the other stored, uniqueness and revocation
/// hold across both, and the builds of a server that dies are taken over.
#[test]
fn two_servers_on_one_postgres() {
    let one = Machine::on(env!("CARGO_BIN_EXE_coder"), Engine::Postgres);
    let two = one.beside();
    let (first, second) = (one.serve::<&str>([]), two.serve::<&str>([]));
    one.set_up(&first);
    let token = one.token();
    two.coder(["login", &second.url, "--token", &token]).ok();

    // Metadata and values, in both directions.
    one.coder_with(["secret", "create", "one", "--env", "ONE"], b"from the first").ok();
    two.coder_with(["secret", "create", "two", "--env", "TWO"], b"from the second").ok();
    for machine in [&one, &two] {
        let listed = machine.coder(["secret", "list", "-c", "name"]).ok();
        assert_eq!(listed.lines().map(str::trim_end).collect::<Vec<_>>(), ["NAME", "one", "two"]);
    }
    one.workspace("vm", "[external]\n[[script]]\nscript = \"touch stopping; sleep 60\"\nrun_on_stop = true\n");
    for at in [&two, &one] {
        let workspace = super::machine();
        let agent = agent(&workspace, &instructions(at, "vm"));
        let seen = at.coder(["ssh", "vm", "--", "echo $ONE, $TWO"]).ok();
        assert_eq!(seen, "from the first, from the second\n");
        drop(agent);
    }

    // Of two requests for one name, one to each server, one succeeds.
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let apis = [&first, &second].map(|server| Api::new(&server.url).with_token(&token));
        for n in 0..20 {
            let body = json!({"name": format!("race-{n}"), "value": "v"});
            let [at_one, at_two] =
                apis.each_ref().map(|api| api.post("/api/v2/users/me/secrets", body.clone()));
            let (at_one, at_two) = tokio::join!(at_one, at_two);
            let mut statuses = [at_one.status, at_two.status];
            statuses.sort_unstable();
            assert_eq!(statuses, [201, 409], "{}{}", at_one.text, at_two.text);
        }
    });

    // A token revoked at one closes connections at the other.
    let named = one.coder(["tokens", "create", "--name", "t"]).ok();
    let workspace = super::machine();
    let connected = agent(&workspace, &instructions(&two, "vm"));
    let mut command = two.command("coder");
    command.args(["ssh", "vm", "--", "echo in; exec sleep 1000"]).env("CODER_SESSION_TOKEN", named.trim());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut shell = command.spawn().unwrap();
    shell.stdout.as_mut().unwrap().read_exact(&mut [0; 3]).unwrap();
    one.coder(["tokens", "remove", "t", "--delete"]).ok();
    assert_eq!(exit_code("the shell at the other server", &mut shell), Some(255));
    drop(connected);

    // The build of a server that dies is taken over once its lease has expired.
    let workspace = super::machine();
    let connected = agent(&workspace, &instructions(&one, "vm"));
    one.coder(["ssh", "vm", "--", "true"]).ok();
    let pause = |signal| kill(Pid::from_raw(second.pid()), signal).unwrap();
    pause(Signal::SIGSTOP);
    let mut command = one.command("coder");
    command.args(["stop", "vm", "--yes"]);
    let mut stop = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    until("the first server has claimed the build", || workspace.home().join("stopping").exists());
    first.kill();
    assert_eq!(exit_code("coder stop", &mut stop), Some(1));
    assert_eq!(two.tamper("UPDATE workspace_builds SET claimed_until = 0 WHERE claimed_until IS NOT NULL"), 1);
    pause(Signal::SIGCONT);
    let status = || two.coder(["list", "-c", "status"]).ok().lines().last().map(str::to_owned);
    until("the second server has completed the build", || status().as_deref() == Some("Stopped"));
    drop(connected);

    let log = second.stop();
    let database = one.postgres().unwrap();
    assert!(!log.contains(&database.key), "{log}");
    assert!(!one.data().join("coder.db").exists(), "only local workspaces are stored here");

    let bare = super::machine();
    let mut command = bare.command("coder");
    command
        .args([
            "server",
            "--http-address",
            "127.0.0.1:0",
            "--postgres-url",
            database.postgres_url.as_deref().unwrap(),
        ])
        .arg("--data-dir")
        .arg(bare.data());
    let message = Server::start(command).err().expect("an error");
    assert!(message.contains("openssl rand -base64 32"), "{message}");
}

/// SIGTERM: running requests get their response, new connections are not accepted, and the server exits with success.
#[test]
fn shutdown_completes_running_requests() {
    use std::io::Write;

    let machine = super::machine();
    let server = machine.serve_and_log_in();
    let token = machine.coder(["login", "token"]).ok();
    let body = "{\"name\":\"late\",\"value\":\"v\"}";
    let (first, rest) = body.split_at(8);
    let mut request = std::net::TcpStream::connect(server.address()).unwrap();
    write!(
        request,
        "POST /api/v2/users/me/secrets HTTP/1.1\r\nHost: x\r\nCoder-Session-Token: {}\r\nContent-Length: {}\r\n\r\n{first}",
        token.trim(),
        body.len()
    )
    .unwrap();
    // Once a later request has its response, the server has accepted this one.
    machine.coder(["whoami"]).ok();
    let address = server.address();
    let stopping = std::thread::spawn(move || server.stop());
    until("no new connection is accepted", || std::net::TcpStream::connect(&address).is_err());
    request.write_all(rest.as_bytes()).unwrap();
    let mut response = String::new();
    request.read_to_string(&mut response).unwrap();
    assert!(response.starts_with("HTTP/1.1 201"), "{response}");
    stopping.join().unwrap();
}

/// Stopping a local workspace ends its background processes.
#[test]
fn stopping_a_workspace_ends_its_processes() {
    let machine = super::machine();
    let server = machine.serve_and_log_in();
    machine.workspace("dev", "[process]\n");
    let start = "setsid nohup sh -c 'trap \"\" HUP; sleep 4242' >/dev/null 2>&1 & echo -n $!";
    let pid: i32 = machine.coder(["ssh", "dev", "--", start]).ok().parse().unwrap();
    until("it runs", || is_alive(pid));
    machine.coder(["stop", "dev", "--yes"]).ok();
    assert!(!is_alive(pid));
    machine.bash("! pgrep -f '^sleep 4242$'").ok();
    server.stop();
}
