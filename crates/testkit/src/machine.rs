//! The `coder` program as people run it: on a machine with a home, a login and a path of its own.

use std::{
    ffi::OsStr,
    fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, mpsc},
    thread,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use sqlx::{Connection, SqliteConnection};
use tempfile::TempDir;

use crate::{Engine, TestDatabase};

/// How long anything may take that a test waits for.
const PATIENCE: Duration = Duration::from_secs(30);

/// A machine with `coder` on its path.
pub struct Machine {
    folder: TempDir,
    program: PathBuf,
    /// The PostgreSQL database of its servers; they keep SQLite in their data folder when there is none.
    postgres: Option<Arc<TestDatabase>>,
}

/// What a program left behind.
#[derive(Debug)]
pub struct Output {
    /// Its status; 128 and more for signals.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Output {
    /// Standard output, if the program ended well.
    pub fn ok(self) -> String {
        assert_eq!(self.code, 0, "{}{}", self.stdout, self.stderr);
        self.stdout
    }
}

impl Machine {
    /// A machine with this program as `coder`.
    #[must_use]
    pub fn new(program: &str) -> Self {
        Self::on(program, Engine::Sqlite)
    }

    /// The same, with the database that its servers use.
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
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(folder.path().join("home")).expect("a home");
        if let Some(database) = &postgres {
            fs::write(folder.path().join("keys"), &database.key).expect("a file");
        }
        Self { folder, program, postgres }
    }

    /// The PostgreSQL database of its servers.
    #[must_use]
    pub fn postgres(&self) -> Option<&TestDatabase> {
        self.postgres.as_deref()
    }

    /// The home directory.
    #[must_use]
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// The folder of a server's data.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A program with the machine's environment.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        let own = self.program.parent().expect("a folder").display().to_string();
        command
            .env_clear()
            .env("HOME", self.home())
            .env("PATH", format!("{own}:{}", std::env::var("PATH").unwrap_or_default()))
            .env("CODER_CONFIG_DIR", self.folder.path().join("config"))
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

    /// Starts `coder server` and waits until it is ready.
    pub fn serve<I: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = I>) -> Server {
        self.serve_at("127.0.0.1:0", arguments)
    }

    /// Starts `coder server` at an address, that of an earlier one for example.
    pub fn serve_at<I: AsRef<OsStr>>(&self, address: &str, arguments: impl IntoIterator<Item = I>) -> Server {
        let mut command = self.server(address);
        command.args(arguments);
        Server::start(command).unwrap_or_else(|said| panic!("the server did not start:\n{said}"))
    }

    /// `coder server` with the machine's data, to be changed before it is started.
    #[must_use]
    pub fn server(&self, address: &str) -> Command {
        let mut command = self.command(&self.program);
        command.args(["server", "--http-address", address, "--data-dir"]).arg(self.data());
        if let Some(url) = self.postgres.as_ref().and_then(|database| database.postgres_url.as_ref()) {
            command.env("CODER_PG_CONNECTION_URL", url);
            command.env("CODER_EXTERNAL_TOKEN_ENCRYPTION_KEYS_FILE", self.folder.path().join("keys"));
        }
        command
    }

    /// Starts a server with workspaces on this machine, makes the first user, and logs in.
    pub fn serve_and_log_in(&self) -> Server {
        let server = self.serve(["--allow-process-workspaces"]);
        self.set_up(&server);
        server
    }

    /// Makes a new server's first user, `admin`, and logs in.
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

    /// Pushes a template and makes a workspace of it.
    pub fn workspace(&self, name: &str, template: &str) {
        self.template(name, template);
        self.coder(["create", name, "--template", name, "--yes"]).ok();
    }

    /// Pushes a template.
    pub fn template(&self, name: &str, template: &str) {
        let folder = self.folder.path().join(format!("template-{name}"));
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("template.toml"), template).expect("a file");
        let folder = folder.display().to_string();
        self.coder(["templates", "push", name, "--directory", &folder, "--yes"]).ok();
    }

    /// The id of a workspace's agent.
    pub fn agent(&self, workspace: &str) -> String {
        let shown = self.coder(["show", workspace, "-o", "json"]).ok();
        let shown: serde_json::Value = serde_json::from_str(&shown).expect("JSON");
        let id = shown.pointer("/latest_build/resources/0/agents/0/id");
        id.and_then(serde_json::Value::as_str).unwrap_or_else(|| panic!("no agent: {shown}")).to_owned()
    }

    /// The token of the login.
    pub fn token(&self) -> String {
        self.coder(["login", "token"]).ok().trim().to_owned()
    }

    /// Runs a statement on the server's database, behind its back. Answers how many rows it touched.
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

    /// Ends every workspace that still runs here, and says how many there were.
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

/// Whether a process runs, remains that nobody collected not counted.
#[must_use]
pub fn is_alive(pid: i32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z')))
}

/// Waits for something, within bounds.
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}: not within {PATIENCE:?}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Runs a command to its end.
pub fn finish(mut command: Command, input: &[u8]) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.to_vec();
    let writer = thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().expect("an end");
    writer.join().expect("the input was written");
    let signal = std::os::unix::process::ExitStatusExt::signal(&output.status);
    Output {
        code: output.status.code().or_else(|| signal.map(|signal| 128 + signal)).unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// A `coder server` that runs. Killed when dropped.
pub struct Server {
    child: Child,
    /// Where it is.
    pub url: String,
    lines: mpsc::Receiver<String>,
    said: Vec<String>,
}

impl Server {
    /// Starts one and waits until it is ready; what it said when it ended instead.
    ///
    /// # Errors
    /// What it said.
    pub fn start(mut command: Command) -> Result<Self, String> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| error.to_string())?;
        let (sender, lines) = mpsc::channel();
        let stderr = child.stderr.take().expect("a pipe");
        thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        let mut server = Self { child, url: String::new(), lines, said: Vec::new() };
        loop {
            match server.lines.recv_timeout(PATIENCE) {
                Ok(line) => {
                    let url =
                        line.split_once("is ready at ").map(|(_, url)| url.trim_end_matches('/').to_owned());
                    server.said.push(line);
                    if let Some(url) = url {
                        server.url = url;
                        return Ok(server);
                    }
                }
                Err(_) => return Err(server.said.join("\n")),
            }
        }
    }

    /// The process.
    #[must_use]
    pub fn pid(&self) -> i32 {
        i32::try_from(self.child.id()).unwrap_or_default()
    }

    /// The address, for another server to take its database.
    #[must_use]
    pub fn address(&self) -> String {
        self.url.trim_start_matches("http://").to_owned()
    }

    /// Asks it to end, and waits. Answers everything it said.
    pub fn stop(mut self) -> String {
        let _ = kill(Pid::from_raw(self.pid()), Signal::SIGTERM);
        let status = self.child.wait().expect("an end");
        assert!(status.success(), "the server ended with {status}");
        self.said.extend(self.lines.iter());
        self.said.join("\n")
    }

    /// Kills it, as a power failure would.
    pub fn kill(mut self) {
        self.child.kill().expect("it is killed");
        self.child.wait().expect("an end");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that nobody listens on now.
#[must_use]
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

/// A file's text.
#[must_use]
pub fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
