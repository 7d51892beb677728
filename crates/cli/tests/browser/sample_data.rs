//! A deployment with data for every page.

use coder_testkit::{Browser, Machine, PASSWORD, Server, until};

/// The user who views a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Without a session.
    Anonymous,
    /// `admin`, the owner of the deployment and of all data.
    Owner,
    /// `bob`, who has no data.
    Member,
}

/// The deployment.
pub struct Example {
    pub machine: Machine,
    pub server: Server,
}

/// A template with a script, apps and every setting of an agent.
const LOCAL: &str = r#"[process]
[agent]
dir = "~/project"
[agent.env]
EDITOR = "vim"
[[script]]
script = "mkdir -p ~/project; echo preparing; echo done"
start_blocks_login = true
[[app]]
slug = "board"
display_name = "Board"
url = "http://localhost:1"
healthcheck = { url = "http://localhost:1/healthz", interval = "1s", threshold = 1 }
[[app]]
slug = "top"
display_name = "Processes"
command = "top"
"#;

impl Example {
    /// Creates it.
    pub fn new() -> Self {
        let machine = super::machine();
        // A failed build: the server does not allow process templates.
        let strict = machine.serve::<&str>([]);
        let address = strict.address();
        machine.set_up(&strict);
        machine.template("bare", "[process]\n");
        assert_ne!(machine.coder(["create", "refused", "--template", "bare", "--yes"]).code, 0);
        strict.stop();
        let server = machine.serve_at(&address, ["--allow-process-workspaces"]);

        let example = Self { machine, server };
        example.users();
        example.secrets();
        example.workspaces();
        example
    }

    fn users(&self) {
        let coder = |arguments: &[&str]| self.machine.coder(arguments).ok();
        for (name, full, role) in [
            ("bob", "Bob Fisher", ""),
            ("maria", "María-José Ångström de la Vega y Castellanos", "user-admin"),
            ("tom", "", "template-admin"),
            ("audrey", "Audrey <audit>", "auditor"),
            ("sam", "Sam Suspended", ""),
        ] {
            let email = format!("{name}@example.com");
            coder(&["users", "create", "-u", name, "-e", &email, "-n", full, "-p", PASSWORD]);
            if !role.is_empty() {
                coder(&["users", "roles", name, role]);
            }
        }
        coder(&["users", "suspend", "sam"]);
        coder(&["tokens", "create", "--name", "ci-runner"]);
        coder(&["tokens", "create", "--name", "laptop", "--lifetime", "1h"]);
    }

    fn secrets(&self) {
        let long = "a-very-long-name-".repeat(12);
        let path = format!("~/{}/key.pem", "deep/".repeat(20));
        for arguments in [
            &["api-key", "--env", "API_KEY", "--description", "API key for workspace tools"][..],
            &["tool-config", "--file", "~/.config/tool/config.json"],
            &["service-token", "--env", "SERVICE_TOKEN", "--file", "~/.config/service/token"],
            &["switched-off", "--env", "SWITCHED_OFF", "--enabled=false"],
            &["kept-only"],
            &[&long, "--env", &"LONG_".repeat(20), "--file", &path, "--description", &"word ".repeat(40)],
        ] {
            let arguments = [&["secret", "create"], arguments].concat();
            self.machine.coder_with(arguments, &[b'v'; 1500]).ok();
        }
    }

    fn workspaces(&self) {
        self.machine.workspace("dev", LOCAL);
        self.machine.workspace("laptop", "[external]\n");
        self.machine.workspace(
            "broken",
            "[process]\n[[script]]\nscript = \"echo cannot go on >&2; exit 3\"\nstart_blocks_login = true\n",
        );
        self.machine.coder(["create", "resting", "--template", "dev", "--yes"]).ok();
        self.machine.coder(["stop", "resting", "--yes"]).ok();
        // From here on, neither scripts nor healthchecks change anything.
        for workspace in ["dev", "broken"] {
            until("startup scripts end", || {
                let shown = self.machine.coder(["show", workspace, "-o", "json"]).ok();
                shown.contains("\"ready\"") || shown.contains("\"start_error\"")
            });
        }
        // A restart would change one secret.
        self.machine.coder_with(["secret", "update", "api-key"], b"another value").ok();
    }

    /// Logs the browser in as this user.
    pub fn log_in_as(&self, browser: &Browser, who: Who) {
        browser.clear_cookies();
        match who {
            Who::Anonymous => {}
            Who::Owner => browser.log_in("admin@example.com", PASSWORD),
            Who::Member => browser.log_in("bob@example.com", PASSWORD),
        }
    }
}
