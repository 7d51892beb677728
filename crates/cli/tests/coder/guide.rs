//! The user guide: its commands word for word, and each row of its tables.

use std::{fs, os::unix::fs::PermissionsExt};

use coder_testkit::{Machine, Server, read};

/// A machine with a server and a running workspace `dev`, whose home is `home`.
struct Guide {
    machine: Machine,
    server: Server,
}

impl Guide {
    fn new() -> Self {
        let machine = super::machine();
        let server = machine.serve_and_log_in();
        machine.workspace("dev", "[process]\n");
        Self { machine, server }
    }

    /// What a new shell in the workspace prints.
    fn shell(&self, command: &str) -> String {
        self.machine.coder(["ssh", "dev", "--wait", "yes", "--", command]).ok()
    }

    fn create(&self, name: &str, value: &str, targets: &[&str]) {
        let mut arguments = vec!["secret", "create", name];
        arguments.extend(targets);
        self.machine.coder_with(arguments, value.as_bytes()).ok();
    }

    fn update(&self, name: &str, changes: &[&str], value: &str) {
        let mut arguments = vec!["secret", "update", name];
        arguments.extend(changes);
        self.machine.coder_with(arguments, value.as_bytes()).ok();
    }

    fn restart(&self) {
        self.machine.coder(["restart", "dev", "--yes"]).ok();
    }

    fn stop_server(self) {
        self.server.stop();
    }
}

/// Every command block of the guide, verbatim.
#[test]
fn every_command_block() {
    let guide = Guide::new();
    let bash = |script: &str| guide.machine.bash(script);
    fs::write(guide.machine.home().join("tool-config.json"), "{\"token\": \"t\"}\n").unwrap();

    bash(
        r#"API_KEY=first-key
echo -n "$API_KEY" | coder secret create api-key \
  --description "API key for workspace tools" \
  --env API_KEY"#,
    )
    .ok();
    bash(
        r#"coder secret create tool-config \
  --description "Tool configuration" \
  --file ~/.config/tool/config.json \
  < ./tool-config.json"#,
    )
    .ok();
    bash(
        r#"TOKEN=service
echo -n "$TOKEN" | coder secret create service-token \
  --description "Service token for workspace tools" \
  --env SERVICE_TOKEN \
  --file ~/.config/service/token"#,
    )
    .ok();

    // The shell has expanded `~` to this machine's home, so the guide's paths are absolute in this workspace.
    let home = guide.machine.home();
    guide.restart();
    assert_eq!(guide.shell("echo -n $API_KEY $SERVICE_TOKEN"), "first-key service");
    assert_eq!(read(&home.join(".config/tool/config.json")), "{\"token\": \"t\"}\n");
    assert_eq!(read(&home.join(".config/service/token")), "service");

    bash(
        r##"NEW_API_KEY=second-key
# Update a secret value.
echo -n "$NEW_API_KEY" | coder secret update api-key

# Change the environment variable target.
coder secret update api-key --env NEW_API_KEY

# Clear the file injection target while keeping the secret.
coder secret update api-key --file """##,
    )
    .ok();
    let listed = bash(
        "# List all of your secrets.
coder secret list

# Show a single secret by name.
coder secret list api-key",
    )
    .ok();
    assert!(listed.contains("NEW_API_KEY") && listed.contains("tool-config"), "{listed}");
    assert!(
        !listed.contains("second-key") && !listed.contains("service\n"),
        "values are never shown: {listed}"
    );
    guide.restart();
    assert_eq!(guide.shell("echo -n $NEW_API_KEY${API_KEY-unset}"), "second-keyunset");

    // The guide's command prompts for confirmation, which needs a terminal or --yes.
    let unconfirmed = bash("# Delete a secret you no longer need.\ncoder secret delete api-key");
    assert!(unconfirmed.code == 1 && unconfirmed.stderr.contains("--yes"), "{}", unconfirmed.stderr);
    bash("coder secret delete api-key --yes").ok();

    bash(
        r#"API_KEY=third-key
coder secret create api-key \
  --value "$API_KEY" \
  --description "API key for workspace tools" \
  --env API_KEY"#,
    )
    .ok();
    bash("coder secret delete api-key --yes").ok();
    bash("API_KEY=fourth-key\necho -n \"$API_KEY\" | coder secret create api-key --env API_KEY").ok();
    guide.restart();
    assert_eq!(guide.shell("echo -n $API_KEY"), "fourth-key");
    guide.stop_server();
}

/// "A secret without an environment variable target or file target is stored, but is not injected into workspaces."
#[test]
fn a_secret_without_a_target_is_stored_and_not_injected() {
    let guide = Guide::new();
    guide.create("plain", "canary-plain", &[]);
    guide.restart();
    assert!(guide.machine.coder(["secret", "list"]).ok().contains("plain"));
    assert!(!guide.shell("env; find . -type f | xargs cat").contains("canary-plain"));
    guide.stop_server();
}

/// First table, rows 1 to 3: variables change with the next start, for new shells.
#[test]
fn env_secrets_change_with_the_next_start() {
    let guide = Guide::new();
    guide.create("key", "one", &["--env", "KEY"]);
    assert_eq!(guide.shell("echo -n ${KEY-unset}"), "unset", "create: not before the next start");
    guide.restart();
    assert_eq!(guide.shell("echo -n $KEY"), "one");

    guide.update("key", &[], "two");
    assert_eq!(guide.shell("echo -n $KEY"), "one", "update: not before the next start");
    guide.restart();
    assert_eq!(guide.shell("echo -n $KEY"), "two");

    guide.update("key", &["--env", "OTHER"], "");
    assert_eq!(guide.shell("echo -n $KEY ${OTHER-unset}"), "two unset");
    guide.restart();
    assert_eq!(guide.shell("echo -n ${KEY-unset} $OTHER"), "unset two", "rename: the old name is unset");

    guide.update("key", &["--env", ""], "");
    guide.restart();
    assert_eq!(guide.shell("echo -n ${OTHER-unset}"), "unset", "clear");

    guide.update("key", &["--env", "KEY"], "");
    guide.restart();
    assert_eq!(guide.shell("echo -n $KEY"), "two");
    guide.machine.coder(["secret", "delete", "key", "--yes"]).ok();
    guide.restart();
    assert_eq!(guide.shell("echo -n ${KEY-unset}"), "unset", "delete");

    guide.create("key", "three", &["--env", "KEY"]);
    guide.machine.coder(["secret", "disable", "key"]).ok();
    guide.restart();
    assert_eq!(guide.shell("echo -n ${KEY-unset}"), "unset", "disabled");
    guide.stop_server();
}

/// Second table, rows 1 to 3: files are written at the next start, and never deleted.
#[test]
fn file_secrets_change_with_the_next_start_and_stay() {
    let guide = Guide::new();
    guide.create("file", "one\n", &["--file", "~/.config/tool/key"]);
    assert_eq!(guide.shell("test -e .config/tool/key && echo there || echo absent"), "absent\n");
    guide.restart();
    assert_eq!(
        guide.shell("cat .config/tool/key; stat -c %a .config .config/tool .config/tool/key"),
        "one\n700\n700\n600\n"
    );

    guide.update("file", &[], "two\n");
    assert_eq!(guide.shell("cat .config/tool/key"), "one\n");
    guide.shell("chmod 644 .config/tool/key; chmod 755 .config");
    guide.restart();
    assert_eq!(
        guide.shell("cat .config/tool/key; stat -c %a .config .config/tool/key"),
        "two\n755\n644\n",
        "permissions stay"
    );

    guide.update("file", &["--file", "~/moved"], "three\n");
    guide.restart();
    assert_eq!(
        guide.shell("cat moved .config/tool/key"),
        "three\ntwo\n",
        "the old file stays with its old value"
    );

    guide.update("file", &["--file", ""], "");
    guide.restart();
    assert_eq!(guide.shell("cat moved"), "three\n", "clear: the file stays");
    guide.update("file", &["--file", "~/moved"], "");
    guide.restart();
    guide.machine.coder(["secret", "delete", "file", "--yes"]).ok();
    guide.restart();
    assert_eq!(guide.shell("cat moved"), "three\n", "delete: the file stays");
    guide.stop_server();
}

/// "Coder writes file secrets … before any startup scripts run", and scripts have the variables.
#[test]
fn scripts_see_files_and_variables() {
    let machine = super::machine();
    let server = machine.serve_and_log_in();
    machine.coder_with(["secret", "create", "both", "--env", "BOTH", "--file", "~/both"], b"canary").ok();
    machine.workspace(
        "dev",
        "[process]\n[[env]]\nname = \"BOTH\"\nvalue = \"template\"\n[[script]]\nscript = \"echo $BOTH > seen; cat both >> seen\"\nstart_blocks_login = true\n",
    );
    let seen = machine.coder(["ssh", "dev", "--", "cat seen"]).ok();
    assert_eq!(seen, "canary\ncanary", "secrets override the template's variables");
    server.stop();
}

/// "Existing shells and processes keep the environment they were given when they started."
#[test]
fn running_processes_keep_their_environment() {
    let guide = Guide::new();
    guide.create("key", "old", &["--env", "KEY"]);
    guide.restart();
    // This shell runs while the server restarts, which makes the agent reconnect and get the new value.
    guide.shell(
        "nohup setsid sh -c 'while [ ! -e go ]; do sleep 0.05; done; echo -n $KEY > kept' >/dev/null 2>&1 &",
    );
    guide.update("key", &[], "new");
    let Guide { machine, server } = guide;
    let address = server.address();
    server.stop();
    let server = machine.serve_at(&address, ["--allow-process-workspaces"]);
    let shell = |command: &str| machine.coder(["ssh", "dev", "--", command]).ok();
    assert_eq!(shell("echo -n $KEY"), "new", "applied when the agent reconnects");
    shell("touch go; while [ ! -s kept ]; do sleep 0.05; done");
    assert_eq!(shell("cat kept"), "old");
    server.stop();
}

/// "If you set two file secrets that resolve to the same absolute path … the workspace agent logs a warning".
#[test]
fn two_secrets_with_one_path_are_warned_of() {
    let guide = Guide::new();
    let home = guide.shell("echo -n $HOME");
    guide.create("a", "from a", &["--file", "~/config"]);
    guide.create("b", "from b", &["--file", &format!("{home}/config")]);
    guide.restart();
    assert_eq!(guide.shell("cat config"), "from b", "the later name wins");
    let shown = guide.machine.coder(["show", "dev"]).ok();
    assert!(shown.contains("warning    secret a: multiple secrets resolve to the same file path"), "{shown}");
    guide.stop_server();
}

/// A file that cannot be written is reported, and stops neither the other files nor the start.
#[test]
fn a_file_that_cannot_be_written_is_reported() {
    let guide = Guide::new();
    guide.shell("mkdir taken");
    guide.create("bad", "x", &["--file", "~/taken"]);
    guide.create("good", "fine", &["--file", "~/good"]);
    guide.restart();
    assert_eq!(guide.shell("cat good"), "fine");
    let shown = guide.machine.coder(["show", "dev", "-o", "json"]).ok();
    assert!(shown.contains("\"secret\": \"bad\"") && shown.contains("it is a directory"), "{shown}");
    guide.stop_server();
}

/// "File paths must start with ~/ or /", and the messages of other limits.
#[test]
fn field_errors_are_printed() {
    let guide = Guide::new();
    for (arguments, value, message) in [
        (vec!["--file", "relative"], "x".to_owned(), "file_path : file path must start with ~/ or /"),
        (vec!["--env", "PATH"], "x".to_owned(), "env_name : PATH is a reserved environment variable name"),
        (vec![], "v".repeat(24_577), "value : secret value must not exceed 24576 bytes"),
    ] {
        let mut command = vec!["secret", "create", "k"];
        command.extend(arguments);
        let output = guide.machine.coder_with(command, value.as_bytes());
        assert_eq!((output.code, output.stdout.as_str()), (1, ""));
        assert!(
            output.stderr.contains("1 validation error(s) found") && output.stderr.contains(message),
            "{}",
            output.stderr
        );
    }
    guide.stop_server();
}

/// A value of the maximum size arrives unchanged, as a variable and as a file.
#[test]
fn the_largest_value_arrives() {
    let guide = Guide::new();
    let value: String = (0..24_576_u32).map(|n| char::from(b'a' + u8::try_from(n % 26).unwrap())).collect();
    guide.create("large", &value, &["--env", "LARGE", "--file", "~/large"]);
    guide.restart();
    assert_eq!(guide.shell("printf %s \"$LARGE\""), value);
    assert_eq!(guide.shell("cat large"), value);
    let path = guide.shell("realpath large").trim().to_owned();
    assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    guide.stop_server();
}

/// A ciphertext moved to another row is not decrypted. It is reported, and the other secrets are delivered.
#[test]
fn a_moved_ciphertext_is_not_decrypted() {
    let guide = Guide::new();
    for name in ["a", "b", "c"] {
        guide.create(name, &format!("value of {name}"), &["--env", &name.to_uppercase()]);
    }
    let touched = guide.machine.tamper(
        "UPDATE user_secrets SET
             value_ciphertext = (SELECT value_ciphertext FROM user_secrets WHERE name = 'c'),
             value_nonce_tag = (SELECT value_nonce_tag FROM user_secrets WHERE name = 'c')
         WHERE name = 'a'",
    );
    assert_eq!(touched, 1);
    assert_eq!(guide.machine.tamper("UPDATE user_secrets SET value_revision = 7 WHERE name = 'b'"), 1);
    guide.restart();
    assert_eq!(guide.shell("echo ${A-unset} ${B-unset} $C"), "unset unset value of c\n");
    let shown = guide.machine.coder(["show", "dev"]).ok();
    for name in ["a", "b"] {
        let warning =
            format!("secret {name}: The stored value could not be decrypted, so it was not delivered.");
        assert!(shown.contains(&warning), "{shown}");
    }
    guide.update("a", &[], "new");
    guide.restart();
    assert_eq!(guide.shell("echo $A"), "new\n");
    guide.stop_server();
}
