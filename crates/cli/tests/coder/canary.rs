//! A value is seen by the workspace and by nobody else: no log, no error, no list of processes, no other file.

use std::fs;

const CANARY: &str = "canary-5b1fe09d";

#[test]
fn values_are_nowhere_but_in_the_workspace() {
    let machine = super::machine();
    let server = machine.serve(["--allow-process-workspaces"]);
    let mut said = String::new();
    let mut run = |arguments: &[&str], input: &str| {
        let output = machine.coder_with(arguments, input.as_bytes());
        said.push_str(&output.stdout);
        said.push_str(&output.stderr);
    };
    run(
        &[
            "login",
            &server.url,
            "--first-user-username",
            "ada",
            "--first-user-email",
            "ada@example.com",
            "--first-user-password",
            "pw-canary-5b1fe09d",
        ],
        "",
    );
    run(&["secret", "create", "k", "--env", "K", "--file", "~/k"], CANARY);
    run(&["secret", "create", "k"], CANARY);
    run(&["secret", "create", "bad name/", "--env", "1"], CANARY);
    run(&["secret", "update", "k", "--file", "relative"], CANARY);
    run(&["secret", "update", "k"], CANARY);
    run(&["secret", "create", "blocked", "--file", "/proc/blocked"], CANARY);
    run(&["secret", "import", "-", "--input-format", "env"], &format!("A={CANARY}\nB=\"{CANARY}\n"));
    run(&["secret", "list"], "");
    let folder = machine.home().join("t");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("template.toml"), "[process]\n").unwrap();
    run(&["templates", "push", "t", "-d", &folder.display().to_string(), "-y"], "");
    run(&["create", "dev", "-y"], "");
    let seen = machine.coder(["ssh", "dev", "--", "echo $K; cat k"]).ok();
    assert_eq!(seen, format!("{CANARY}\n{CANARY}"));
    run(&["show", "dev"], "");
    run(&["show", "dev", "-o", "json"], "");
    run(&["logs", "dev"], "");
    run(&["restart", "dev", "-y"], "");
    machine.coder(["ssh", "dev", "--", "true"]).ok();

    // The agent keeps values in memory that others cannot look at.
    let entry = fs::read_dir(machine.data().join("workspaces")).unwrap().next().unwrap().unwrap().path();
    let pid = fs::read_to_string(entry.join("agent.pid")).unwrap().split(' ').next().unwrap().to_owned();
    let arguments = fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap();
    assert!(!arguments.contains(CANARY));
    for process in [pid, server.pid().to_string()] {
        let limits = fs::read_to_string(format!("/proc/{process}/limits")).unwrap();
        let soft = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
        assert_eq!(soft.split_whitespace().nth(4), Some("0"), "{soft}");
    }
    said.push_str(&fs::read_to_string(entry.join("agent.log")).unwrap());
    said.push_str(&server.stop());
    assert!(said.len() > 2000, "there was something to look at");
    for line in said.lines() {
        assert!(!line.contains("canary-5b1fe09d"), "{line}");
    }
    // Outside of the workspace's home nothing in the data folder has it.
    for file in fs::read_dir(machine.data()).unwrap().flatten().filter(|entry| entry.path().is_file()) {
        let bytes = fs::read(file.path()).unwrap();
        assert!(!bytes.windows(CANARY.len()).any(|window| window == CANARY.as_bytes()), "{:?}", file.path());
    }
}
