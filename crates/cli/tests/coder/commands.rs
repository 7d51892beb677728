//! Output and errors of commands.

use std::fs;

use coder_testkit::PASSWORD;

use crate::pty::Pty;

#[test]
fn secret_commands() {
    let machine = super::machine();
    let server = machine.serve_and_log_in();
    let coder = |arguments: &[&str]| machine.coder(arguments);
    let empty = coder(&["secret", "list"]);
    assert_eq!((empty.code, empty.stdout.as_str(), empty.stderr.as_str()), (0, "", "No secrets found.\n"));
    assert_eq!(coder(&["secret", "list", "-o", "json"]).ok(), "[]\n");

    let created =
        machine.coder_with(["secret", "create", "a", "--env", "A", "--description", "d\u{1b}[31m"], b"line\n");
    assert_eq!(created.stdout, "Created secret a.\n");
    assert_eq!(created.stderr, "warning: secret value from stdin ends with a trailing newline\n");
    assert_eq!(coder(&["secret", "update", "a", "--env", "B"]).ok(), "Updated secret a.\n");
    assert_eq!(coder(&["secret", "disable", "a"]).ok(), "Disabled secret a.\n");
    assert_eq!(coder(&["secret", "enable", "a"]).ok(), "Enabled secret a.\n");
    let shown = coder(&["secrets", "ls", "a", "-c", "name,env,description"]).ok();
    assert_eq!(
        shown, "NAME  ENV  DESCRIPTION\na     B    d\\u{1b}[31m\n",
        "escape sequences do not reach the terminal"
    );
    let json = coder(&["secret", "list", "a", "-o", "json"]).ok();
    assert!(
        json.starts_with("[\n") && json.contains("\"env_name\": \"B\"") && !json.contains("line"),
        "{json}"
    );
    let unknown = coder(&["secret", "list", "-c", "colour"]);
    assert!(unknown.stderr.contains("unknown column \"colour\""), "{}", unknown.stderr);

    let missing = coder(&["secret", "list", "nope"]);
    assert_eq!(missing.code, 1);
    assert_eq!(
        missing.stderr,
        "Encountered an error running \"coder secret list\", see \"coder secret list --help\" for more information\n\
         error: get secret \"nope\": Resource not found or you do not have access to this resource\n"
    );
    let deleted = coder(&["secret", "rm", "a", "-y"]).ok();
    assert!(deleted.starts_with("Deleted secret a at "), "{deleted}");
    server.stop();
}

#[test]
fn sources_of_a_value() {
    let machine = super::machine();
    let server = machine.serve_and_log_in();
    for (arguments, input, message) in [
        (
            vec!["secret", "create", "k"],
            "",
            "secret value must be provided by exactly one of --value or non-interactive stdin (pipe or redirect)",
        ),
        (
            vec!["secret", "create", "k", "--value", "v"],
            "w",
            "secret value may be provided by only one source, got --value, stdin",
        ),
        (vec!["secret", "update", "k"], "", "At least one field must be provided."),
    ] {
        let output = machine.coder_with(arguments, input.as_bytes());
        assert!(output.code == 1 && output.stderr.contains(message), "{}", output.stderr);
    }
    let output = machine.coder_with(["secret", "create", "k"], &[0xff, 0xfe]);
    assert!(output.stderr.contains("valid UTF-8"), "{}", output.stderr);
    machine.coder(["secret", "create", "k", "--value", "v"]).ok();
    machine.coder(["secret", "update", "k", "--value", ""]).ok();
    server.stop();
}

#[test]
fn importing_a_file() {
    let machine = super::machine();
    let server = machine.serve_and_log_in();
    let file = |name: &str, text: &str| {
        let path = machine.home().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let env = file("prod.env", "export API=1\nMY-TOKEN=2\nPATH=3\n");
    let done = machine.coder(["secret", "import", &env]);
    assert_eq!(done.stdout, "Imported 3 secrets.\n");
    assert_eq!(
        done.stderr,
        "warning: 2 secrets imported without an environment variable name: \"MY-TOKEN\", \"PATH\"\n\
         Set each with `coder secret update <name> --env <ENV_NAME>` to inject it into workspaces.\n"
    );
    let again = machine.coder(["secret", "import", &env]);
    assert!(again.code == 1 && again.stderr.contains("Some secrets already exist."), "{}", again.stderr);
    let piped = machine.coder_with(["secret", "import", "-", "--input-format", "YAML"], b"ONE: x\n");
    assert_eq!(piped.stdout, "Imported 1 secret.\n");
    for (path, message) in [
        (file(".env.local", "A=1"), "cannot infer the secrets file format from"),
        (file("bad.json", "[]"), "JSON content must be an object mapping secret names to string values"),
        (file("empty.env", "A=1\nB=\n"), "secret 2 (\"B\") value: Value is required."),
        ("/nonexistent.env".to_owned(), "open secrets file: "),
    ] {
        let output = machine.coder(["secret", "import", &path]);
        assert!(output.code == 1 && output.stderr.contains(message), "{}", output.stderr);
    }
    server.stop();
}

#[test]
fn logging_in_and_out() {
    let machine = super::machine();
    let out = machine.coder(["whoami"]);
    assert!(
        out.code == 1
            && out.stderr.contains("You are not logged in. Try logging in using 'coder login <url>'.")
    );
    let server = machine.serve(["--log-format", "json"]);
    let output = machine.coder(["login", &server.url]);
    assert!(output.stderr.contains("> Your Coder deployment hasn't been set up!"), "{}", output.stderr);
    assert!(output.stderr.contains("the initial user cannot be created in non-interactive mode. use the API"));
    let welcome = machine.coder([
        "login",
        &server.url,
        "--first-user-username",
        "ada",
        "--first-user-email",
        "ada@example.com",
        "--first-user-password",
        PASSWORD,
    ]);
    assert_eq!(welcome.stdout, "Welcome to Coder, ada! You're authenticated.\n");
    let whoami = machine.coder(["whoami"]).ok();
    assert_eq!(whoami, format!("Coder is running at {}/, You're authenticated as ada !\n", server.url));
    let token = machine.coder(["login", "token"]).ok();
    assert_eq!(token.trim().len(), 33);

    // On another machine, with a token.
    let other = super::machine();
    other.coder(["login", &server.url, "--token", token.trim()]).ok();
    assert!(other.coder(["whoami", "-o", "json"]).ok().contains("\"owner\""));
    assert_ne!(other.coder(["login", "token"]).ok(), token, "a session of its own");
    other.coder(["logout", "--yes"]).ok();
    assert_eq!(other.coder(["whoami"]).code, 1);
    machine.coder(["whoami"]).ok();

    let ci = machine.coder(["tokens", "create", "--name", "ci", "--lifetime", "1d12h"]).ok();
    let by_env = {
        let mut command = other.command("coder");
        command.args(["whoami"]).env("CODER_URL", &server.url).env("CODER_SESSION_TOKEN", ci.trim());
        coder_testkit::finish(command, b"")
    };
    assert_eq!(by_env.code, 0, "{}", by_env.stderr);
    assert!(machine.coder(["tokens", "ls"]).ok().contains("ci"));
    machine.coder(["tokens", "rm", "ci"]).ok();
    assert_eq!(machine.coder(["tokens", "list", "-o", "json"]).ok(), "[]\n");

    machine.coder(["users", "create", "-u", "bob", "-e", "bob@example.com", "-p", PASSWORD]).ok();
    machine.coder(["users", "suspend", "bob"]).ok();
    assert!(machine.coder(["users", "list"]).ok().contains("suspended"));
    machine.coder(["users", "activate", "bob"]).ok();
    assert!(machine.coder(["users", "roles", "bob", "auditor"]).ok().contains("auditor"));
    machine.coder(["users", "delete", "bob", "--yes"]).ok();
    let log = server.stop();
    assert!(log.contains("{\"timestamp\""), "JSON lines: {log}");
}

#[test]
fn workspace_commands() {
    let machine = super::machine();
    let server = machine.serve_and_log_in();
    let none = machine.coder(["list"]);
    assert!(none.stderr.contains("No workspaces found! Create one:"), "{}", none.stderr);
    let directory = machine.home().join("template");
    machine.coder(["templates", "init", &directory.display().to_string()]).ok();
    let pushed =
        machine.coder(["templates", "push", "local", "-d", &directory.display().to_string(), "--yes"]).ok();
    assert!(pushed.starts_with("Updated version at "), "{pushed}");
    let columns = ["templates", "list", "-c", "name,provisioner,computer"];
    assert_eq!(
        machine.coder(columns).ok(),
        "NAME   PROVISIONER  PROVISIONER\nlocal  process      process\n",
        "by its earlier name too"
    );
    fs::write(directory.join("template.toml"), "[agent]\nnmae = \"x\"\n[process]\n").unwrap();
    let bad = machine.coder(["templates", "push", "local", "-d", &directory.display().to_string(), "--yes"]);
    assert!(
        bad.stderr.contains("template.toml:2: agent.nmae: unknown key; did you mean \"name\"?"),
        "{}",
        bad.stderr
    );

    let created = machine.coder(["create", "web", "--yes"]);
    assert!(
        created.stdout.starts_with("The web workspace has been created at "),
        "{}{}",
        created.stdout,
        created.stderr
    );
    assert!(created.stderr.contains("Starting: Starting the workspace's process"), "{}", created.stderr);
    assert_eq!(machine.coder(["start", "web"]).ok(), "The web workspace is already running!\n");
    assert!(machine.coder(["stop", "web", "-y"]).ok().starts_with("The web workspace has been stopped at "));
    let listed = machine.coder(["ls", "-c", "workspace,template,status"]).ok();
    assert_eq!(listed, "WORKSPACE  TEMPLATE  STATUS\nadmin/web  local     Stopped\n");
    let output = machine.coder(["ssh", "--disable-autostart", "web", "--", "true"]);
    assert!(
        output.stderr.contains("the workspace is stopped; start it with `coder start web`"),
        "{}",
        output.stderr
    );
    let started = machine.coder(["ssh", "web", "--", "echo up"]);
    assert_eq!(started.stdout, "up\n");
    assert!(started.stderr.contains("The workspace web is stopped, starting it..."), "{}", started.stderr);
    assert!(
        machine.coder(["restart", "web", "-y"]).ok().starts_with("The web workspace has been restarted at ")
    );
    assert!(machine.coder(["rm", "web", "-y"]).ok().starts_with("admin/web has been deleted at "));
    assert_eq!(machine.coder(["list", "-o", "json"]).ok(), "[]\n");
    assert_eq!(fs::read_dir(machine.data().join("workspaces")).unwrap().count(), 0, "its files are deleted");
    machine.coder(["templates", "delete", "local", "--yes"]).ok();
    server.stop();
}

/// On a terminal, missing values are prompted for.
#[test]
fn prompts_on_a_terminal() {
    let machine = super::machine();
    let server = machine.serve::<&str>([]);
    let run = |arguments: &[&str]| {
        let mut command = machine.command("coder");
        command.args(arguments);
        Pty::run(command, 40, 100)
    };
    let mut login = run(&["login", &server.url]);
    login.wait_for("Would you like to create the first user?");
    login.type_in("y\r");
    login.wait_for("What username would you like?");
    login.type_in("ada\r");
    login.wait_for("What's your email?");
    login.type_in("ada@example.com\r");
    login.wait_for("Enter a password:");
    login.type_in(&format!("{PASSWORD}\r"));
    login.wait_for("Confirmation:");
    login.type_in(&format!("{PASSWORD}\r"));
    login.wait_for("Welcome to Coder, ada! You're authenticated.");
    assert!(login.child.wait().unwrap().success());

    machine.coder(["secret", "create", "k", "--value", "v"]).ok();
    let mut create = run(&["secret", "create", "other"]);
    create.wait_for("secret value must be provided with --value or stdin via pipe or redirect");
    assert_eq!(create.child.wait().unwrap().code(), Some(1));
    let mut delete = run(&["secret", "delete", "k"]);
    delete.wait_for("Delete secret k?");
    delete.type_in("n\r");
    delete.wait_for("canceled");
    assert_eq!(delete.child.wait().unwrap().code(), Some(1));
    let mut delete = run(&["secret", "delete", "k"]);
    delete.wait_for("Delete secret k?");
    delete.type_in("y\r");
    delete.wait_for("Deleted secret k at ");
    assert!(delete.child.wait().unwrap().success());

    machine.coder(["logout", "--yes"]).ok();
    let body = serde_json::json!({"email": "ada@example.com", "password": PASSWORD});
    let response = machine
        .bash(&format!(
            "curl -sf -H 'content-type: application/json' -d '{body}' {}/api/v2/users/login",
            server.url
        ))
        .ok();
    let response: serde_json::Value = serde_json::from_str(&response).unwrap();
    let mut login = run(&["login", "--no-open", &server.url]);
    login.wait_for(&format!("{}/cli-auth", server.url));
    login.wait_for("Paste your token here:");
    login.type_in("wrong\r");
    login.wait_for("Invalid API key format");
    assert_eq!(login.child.wait().unwrap().code(), Some(1));
    let mut login = run(&["login", "--no-open", &server.url]);
    login.wait_for("Paste your token here:");
    login.type_in(&format!("{}\r", response["session_token"].as_str().unwrap()));
    login.wait_for("Welcome to Coder, ada! You're authenticated.");
    assert!(login.child.wait().unwrap().success());
    server.stop();
}
