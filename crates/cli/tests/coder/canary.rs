//! Values reach the workspace alone: they are in no log at any level, no error, no list of processes, no other file and no
//! row of the database, in any form that bytes are written in.

use std::{fs, path::Path, slice};

use coder_testkit::{Canary, Engine, Machine, Server, finish};

use crate::agent::{agent, instructions};

const VALUE: &str = "canary5b1fe09d27";
const PASSWORD: &str = "canarypw5b1fe09d";

/// Runs the program and keeps everything that it prints.
struct Session<'m> {
    machine: &'m Machine,
    printed: String,
}

impl Session<'_> {
    fn run(&mut self, arguments: &[&str], input: &str) {
        let output = self.machine.coder_with(arguments, input.as_bytes());
        self.printed.push_str(&output.stdout);
        self.printed.push_str(&output.stderr);
    }
}

fn values_are_in_the_workspace_only(engine: Engine) {
    let machine = Machine::on(env!("CARGO_BIN_EXE_coder"), engine);
    let mut command = machine.server("127.0.0.1:0");
    command.arg("--allow-process-workspaces").env("CODER_LOG", "trace");
    let server = Server::start(command).unwrap();
    let mut session = Session { machine: &machine, printed: String::new() };
    let mut run = |arguments: &[&str], input: &str| session.run(arguments, input);
    let user = ["--first-user-username", "ada", "--first-user-email", "ada@example.com"];
    run(&[&["login", &server.url], &user[..], &["--first-user-password", PASSWORD]].concat(), "");
    run(&["secret", "create", "k", "--env", "K", "--file", "~/k"], VALUE);
    run(&["secret", "create", "k"], VALUE);
    run(&["secret", "create", "bad name/", "--env", "1"], VALUE);
    run(&["secret", "update", "k", "--file", "relative"], VALUE);
    run(&["secret", "update", "k"], VALUE);
    run(&["secret", "create", "blocked", "--file", "/proc/blocked"], VALUE);
    run(&["secret", "import", "-", "--input-format", "env"], &format!("A={VALUE}\nB=\"{VALUE}\n"));
    run(&["secret", "import", "-", "--input-format", "json"], &format!("{{\"C\": [\"{VALUE}\"]}}"));
    run(&["secret", "import", "-", "--input-format", "yaml"], &format!("D: {{{VALUE}: 1}}"));
    run(&["secret", "import", "-", "--input-format", "env"], &format!("IMPORTED={VALUE}\n"));
    run(&["secret", "create", "deleted", "--env", "DELETED"], VALUE);
    run(&["secret", "delete", "deleted", "--yes"], "");
    run(&["secret", "list"], "");
    for (name, template) in [("dev", "[process]\n"), ("vm", "[external]\n")] {
        let directory = machine.home().join(name);
        fs::create_dir(&directory).unwrap();
        fs::write(directory.join("template.toml"), template).unwrap();
        run(&["templates", "push", name, "-d", &directory.display().to_string(), "-y"], "");
        run(&["create", name, "--template", name, "-y"], "");
    }
    let seen = machine.coder(["ssh", "dev", "--", "echo $K; cat k"]).ok();
    assert_eq!(seen, format!("{VALUE}\n{VALUE}"));
    // An agent and a client that log at trace as well.
    let elsewhere = super::machine();
    let how = instructions(&machine, "vm");
    let external = agent(&elsewhere, &format!("CODER_LOG=trace {how}"));
    let mut client = machine.command("coder");
    client.args(["ssh", "--log-dir", "logs", "vm", "--", "cat k"]).env("CODER_LOG", "trace");
    assert_eq!(finish(client, b"").ok(), VALUE);
    for workspace in ["dev", "vm"] {
        run(&["show", workspace], "");
        run(&["show", workspace, "-o", "json"], "");
        run(&["logs", workspace], "");
    }
    run(&["restart", "dev", "-y"], "");
    machine.coder(["ssh", "dev", "--", "true"]).ok();

    // Tokens of sessions and agents are written nowhere either.
    let token = machine.token();
    let (_, agents_token) = how.split_once("CODER_AGENT_TOKEN=").unwrap();
    let tokens = [token.split_once('-').unwrap().1, agents_token.split(' ').next().unwrap()];
    let canaries: Vec<Canary> =
        [VALUE, PASSWORD].iter().chain(&tokens).map(|value| Canary::new(value)).collect();

    // No process has a value in its arguments, or dumps its memory.
    let entries = fs::read_dir(machine.data().join("workspaces")).unwrap();
    let [workspace] = entries.map(|entry| entry.unwrap().path()).collect::<Vec<_>>().try_into().unwrap();
    let record = fs::read_to_string(workspace.join("agent.pid")).unwrap();
    for process in [record.split(' ').next().unwrap(), &server.pid().to_string(), &external.pid().to_string()] {
        for canary in &canaries {
            assert_eq!(canary.find(&fs::read(format!("/proc/{process}/cmdline")).unwrap()), None);
        }
        let limits = fs::read_to_string(format!("/proc/{process}/limits")).unwrap();
        let soft = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
        assert_eq!(soft.split_whitespace().nth(4), Some("0"), "{soft}");
    }
    for canary in &canaries {
        let searched = canary.assert_not_below(&machine.home().join("logs"), &[]);
        assert!(searched.files == 1 && searched.bytes > 10_000, "{searched:?}");
    }
    search_files(&machine, &workspace, &canaries);
    if let Some(database) = machine.postgres() {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        assert_eq!(runtime.block_on(database.number("SELECT COUNT(*) FROM user_secrets")), 3);
        for canary in &canaries {
            runtime.block_on(canary.assert_not_in_rows(database));
        }
    }
    drop(external);
    let agents_log = fs::read_to_string(elsewhere.home().join("log")).unwrap();
    let servers_log = server.stop();
    search_files(&machine, &workspace, &canaries);

    for (what, text, proof) in [
        ("the program", &session.printed, "Name is already in use."),
        ("the server", &servers_log, "TRACE"),
        ("an agent", &agents_log, "TRACE"),
    ] {
        assert!(text.contains(proof), "{what} printed nothing to search: {text}");
        for canary in &canaries {
            canary.assert_not_in(what, text);
        }
    }
    if let Some(database) = machine.postgres() {
        assert!(!servers_log.contains(&database.key), "the deployment's key");
    }
}

/// A file in the workspace's home contains the value; no other file of the server does.
fn search_files(machine: &Machine, workspace: &Path, canaries: &[Canary]) {
    let home = workspace.join("home");
    assert_eq!(canaries[0].find(&fs::read(home.join("k")).unwrap()), Some("text"));
    for canary in canaries {
        let searched = canary.assert_not_below(&machine.data(), slice::from_ref(&home));
        let min = if machine.postgres().is_some() { 2 } else { 5 };
        assert!(searched.files >= min, "{searched:?}");
    }
}

#[test]
fn values_are_in_the_workspace_only_sqlite() {
    values_are_in_the_workspace_only(Engine::Sqlite);
}

#[test]
fn values_are_in_the_workspace_only_postgres() {
    values_are_in_the_workspace_only(Engine::Postgres);
}
