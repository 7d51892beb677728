//! The `coder` program as users run it: on a machine with its own home directory, login and `PATH`.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use sqlx::{Connection, SqliteConnection};
use tempfile::TempDir;

use crate::{
    Engine, TestDatabase,
    process::{Output, finish, is_alive, until},
    server_process::Server,
};

/// A machine with `coder` in its `PATH`.
pub struct Machine {
    dir: TempDir,
    program: PathBuf,
    /// The PostgreSQL database of its servers. Without one, they use SQLite in the data directory.
    postgres: Option<Arc<TestDatabase>>,
}

impl Machine {
    /// A machine with this program as `coder`.
    #[must_use]
    pub fn new(program: &str) -> Self {
        Self::on(program, Engine::Sqlite)
    }

    /// The same, with the engine of its servers.
    #[must_use]
    pub fn on(program: &str, engine: Engine) -> Self {
        let postgres = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(Arc::new(runtime().block_on(TestDatabase::new(engine)))),
        };
        Self::with(program.into(), postgres)
    }

    /// Another machine, whose servers use the same PostgreSQL database and keys.
    #[must_use]
    pub fn beside(&self) -> Self {
        assert!(self.postgres.is_some(), "servers share PostgreSQL only");
        Self::with(self.program.clone(), self.postgres.clone())
    }

    fn with(program: PathBuf, postgres: Option<Arc<TestDatabase>>) -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory");
        fs::create_dir(dir.path().join("home")).expect("a home");
        if let Some(database) = &postgres {
            fs::write(dir.path().join("keys"), &database.key).expect("a file");
        }
        Self { dir, program, postgres }
    }

    /// The PostgreSQL database of its servers.
    #[must_use]
    pub fn postgres(&self) -> Option<&TestDatabase> {
        self.postgres.as_deref()
    }

    /// The home directory.
    #[must_use]
    pub fn home(&self) -> PathBuf {
        self.dir.path().join("home")
    }

    /// The data directory of its servers.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// A program with the machine's environment.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        let own = self.program.parent().expect("a directory").display().to_string();
        command
            .env_clear()
            .env("HOME", self.home())
            .env("PATH", format!("{own}:{}", std::env::var("PATH").unwrap_or_default()))
            .env("CODER_CONFIG_DIR", self.dir.path().join("config"))
            .current_dir(self.home());
        command
    }

    /// Runs `coder` with nothing on its standard input.
    pub fn coder<I: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = I>) -> Output {
        self.coder_with(arguments, b"")
    }

    /// Runs `coder` with these bytes on its standard input.
    pub fn coder_with<I: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = I>, input: &[u8]) -> Output {
        let mut command = self.command(&self.program);
        command.args(arguments);
        finish(command, input)
    }

    /// Runs a script with bash, stopping at the first command that fails.
    pub fn bash(&self, script: &str) -> Output {
        let mut command = self.command("bash");
        command.args(["-euo", "pipefail", "-c", script]);
        finish(command, b"")
    }

    /// Starts `coder server` on a free port and waits until it is ready. Panics with its log if it exits instead.
    pub fn serve<I: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = I>) -> Server {
        self.serve_at("127.0.0.1:0", arguments)
    }

    /// The same, at an address: that of an earlier server, for example.
    pub fn serve_at<I: AsRef<OsStr>>(&self, address: &str, arguments: impl IntoIterator<Item = I>) -> Server {
        let mut command = self.server(address);
        command.args(arguments);
        Server::start(command).unwrap_or_else(|output| panic!("the server did not start:\n{output}"))
    }

    /// The command `coder server` with the machine's data, which can be changed before it is started.
    #[must_use]
    pub fn server(&self, address: &str) -> Command {
        let mut command = self.command(&self.program);
        command.args(["server", "--http-address", address, "--data-dir"]).arg(self.data());
        if let Some(url) = self.postgres.as_ref().and_then(|database| database.postgres_url.as_ref()) {
            command.env("CODER_PG_CONNECTION_URL", url);
            command.env("CODER_EXTERNAL_TOKEN_ENCRYPTION_KEYS_FILE", self.dir.path().join("keys"));
        }
        command
    }

    /// Starts a server that allows workspaces on this machine, creates the first user, and logs in.
    pub fn serve_and_log_in(&self) -> Server {
        let server = self.serve(["--allow-process-workspaces"]);
        self.set_up(&server);
        server
    }

    /// Creates the first user, `admin`, and logs in.
    pub fn set_up(&self, server: &Server) {
        self.coder([
            "login",
            &server.url,
            "--first-user-username",
            "admin",
            "--first-user-email",
            "admin@example.com",
            "--first-user-password",
            crate::test_server::PASSWORD,
        ])
        .ok();
    }

    /// Pushes a template and creates a workspace from it.
    pub fn workspace(&self, name: &str, template: &str) {
        self.template(name, template);
        self.coder(["create", name, "--template", name, "--yes"]).ok();
    }

    /// Pushes a template.
    pub fn template(&self, name: &str, template: &str) {
        let dir = self.dir.path().join(format!("template-{name}"));
        fs::create_dir_all(&dir).expect("a directory");
        fs::write(dir.join("template.toml"), template).expect("a file");
        let dir = dir.display().to_string();
        self.coder(["templates", "push", name, "--directory", &dir, "--yes"]).ok();
    }

    /// The id of a workspace's agent.
    pub fn agent(&self, workspace: &str) -> String {
        let shown = self.coder(["show", workspace, "-o", "json"]).ok();
        let shown: serde_json::Value = serde_json::from_str(&shown).expect("JSON");
        let id = shown.pointer("/latest_build/resources/0/agents/0/id");
        id.and_then(serde_json::Value::as_str).unwrap_or_else(|| panic!("no agent: {shown}")).to_owned()
    }

    /// The session token of the login.
    pub fn token(&self) -> String {
        self.coder(["login", "token"]).ok().trim().to_owned()
    }

    /// Runs a statement directly on the server's database. Returns the number of rows affected.
    pub fn tamper(&self, sql: &str) -> u64 {
        if let Some(database) = &self.postgres {
            return runtime().block_on(database.execute(sql));
        }
        let url = format!("sqlite://{}", self.data().join("coder.db").display());
        let sql = sqlx::AssertSqlSafe(sql.to_owned());
        runtime().block_on(async {
            let mut connection = SqliteConnection::connect(&url).await.expect("the database opens");
            sqlx::query(sql).execute(&mut connection).await.expect("the statement runs").rows_affected()
        })
    }

    /// Ends every local workspace that still runs. Returns their number.
    pub fn end_workspaces(&self) -> usize {
        let mut ended = 0;
        for entry in fs::read_dir(self.data().join("workspaces")).into_iter().flatten().flatten() {
            let record = fs::read_to_string(entry.path().join("agent.pid")).unwrap_or_default();
            let pid = record.split(' ').next().and_then(|pid| pid.parse::<i32>().ok());
            if let Some(pid) = pid.filter(|pid| is_alive(*pid)) {
                let _ = kill(Pid::from_raw(pid), Signal::SIGTERM);
                until("an agent ends", || !is_alive(pid));
                ended += 1;
            }
        }
        ended
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.end_workspaces();
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// The text of a file.
#[must_use]
pub fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
