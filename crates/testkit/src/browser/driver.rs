//! `chromedriver`, the Chromium it starts, and what is said to them: <https://www.w3.org/TR/webdriver2/>.

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::process::CommandExt,
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Condvar, Mutex, PoisonError},
    time::Duration,
};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::machine::until;

/// How many browsers the tests of one program have at a time: each keeps a core busy.
const AT_ONCE: usize = 2;
/// How long one command may take. A page that loads is one.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(30);
/// Runs a program until its own standard input ends, which it does with the test however that ends; then nothing of the
/// group stays. It does not hold the program's standard output open, so that a program that exits early is noticed.
const GUARD: &str = r#""$0" "$@" </dev/null & exec >/dev/null; read -r _; kill -KILL 0"#;

static TURNS: (Mutex<usize>, Condvar) = (Mutex::new(AT_ONCE), Condvar::new());

/// The right to have a browser.
struct Permit;

impl Permit {
    fn take() -> Self {
        let (left, given_back) = &TURNS;
        let left = left.lock().unwrap_or_else(PoisonError::into_inner);
        let mut left = given_back.wait_while(left, |left| *left == 0).unwrap_or_else(PoisonError::into_inner);
        *left -= 1;
        Self
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let (left, given_back) = &TURNS;
        *left.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        given_back.notify_one();
    }
}

/// A session of `chromedriver`, with a profile of its own. Everything is gone when it is dropped.
pub(super) struct Driver {
    guard: Child,
    leash: Option<ChildStdin>,
    profile: TempDir,
    http: reqwest::Client,
    runtime: Runtime,
    session: String,
    _turn: Permit,
}

impl Driver {
    /// Starts one; waits for its turn before.
    pub(super) fn start(with_script: bool) -> Self {
        let turn = Permit::take();
        let profile = tempfile::tempdir().expect("a temporary folder");
        let mut guard = Command::new("bash")
            .args(["-c", GUARD, "chromedriver", "--port=0"])
            .env("HOME", profile.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("bash");
        let leash = guard.stdin.take();
        let said = BufReader::new(guard.stdout.take().expect("a pipe"));
        let port = said
            .lines()
            .map_while(Result::ok)
            .find_map(|line| Some(line.split_once("successfully on port ")?.1.trim_end_matches('.').to_owned()))
            .expect("chromedriver starts: `make setup` installs it");
        let mut driver = Self {
            guard,
            leash,
            http: reqwest::Client::builder().timeout(COMMAND_TIMEOUT).build().expect("a client"),
            runtime: tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime"),
            session: format!("http://127.0.0.1:{port}/session"),
            profile,
            _turn: turn,
        };
        let made = driver.post("", &driver.capabilities(with_script)).expect("a session");
        let id = made.get("sessionId").and_then(Value::as_str).expect("the session's id");
        driver.session = format!("{}/{id}", driver.session);
        driver
    }

    fn capabilities(&self, with_script: bool) -> Value {
        let mut flags = vec![
            format!("--user-data-dir={}", self.profile.path().display()),
            "--headless=new".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-quic".to_owned(),
            "--disable-sync".to_owned(),
            "--no-first-run".to_owned(),
        ];
        // Chromium's sandbox refuses to be set up by root, and tests show it no pages but ours.
        if nix::unistd::geteuid().is_root() {
            flags.push("--no-sandbox".to_owned());
        }
        // Of content settings, 2 is "block". What the driver runs itself is not blocked by it.
        let script = if with_script { 1 } else { 2 };
        json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:loggingPrefs": {"browser": "ALL"},
            "goog:chromeOptions": {
                "binary": "/usr/bin/chromium",
                "args": flags,
                "prefs": {"profile.managed_default_content_settings.javascript": script},
            },
        }}})
    }

    /// Sends a command of the session.
    pub(super) fn post(&self, path: &str, body: &Value) -> Result<Value, String> {
        self.send(self.http.post(format!("{}{path}", self.session)).json(body))
    }

    /// Asks the session something.
    pub(super) fn get(&self, path: &str) -> Result<Value, String> {
        self.send(self.http.get(format!("{}{path}", self.session)))
    }

    /// Sends a command of Chromium's own: <https://chromedevtools.github.io/devtools-protocol/>.
    pub(super) fn devtools(&self, command: &str, parameters: &Value) -> Result<Value, String> {
        self.post("/goog/cdp/execute", &json!({"cmd": command, "params": parameters}))
    }

    fn send(&self, request: reqwest::RequestBuilder) -> Result<Value, String> {
        let answer = self.runtime.block_on(async { request.send().await?.json::<Value>().await });
        let mut answer = answer.map_err(|error| format!("chromedriver: {error}"))?;
        let value = answer.get_mut("value").map(Value::take).unwrap_or_default();
        match value.get("error").and_then(Value::as_str) {
            // A script may answer with an object that has an error in it, but not with a message and a trace as well.
            Some(error) if value.get("stacktrace").is_some() => {
                let message = value.get("message").and_then(Value::as_str).unwrap_or_default();
                Err(format!("{error}: {}", message.lines().next().unwrap_or_default()))
            }
            _ => Ok(value),
        }
    }

    /// What of it runs.
    fn remains(&self) -> Vec<String> {
        let group = self.guard.id().to_string();
        let profile = self.profile.path().display().to_string();
        let processes = fs::read_dir("/proc").expect("/proc").flatten().map(|entry| entry.path());
        processes
            .filter_map(|process| {
                let stat = fs::read_to_string(process.join("stat")).ok()?;
                let rest: Vec<&str> = stat.rsplit_once(") ")?.1.split(' ').collect();
                let command = fs::read_to_string(process.join("cmdline")).unwrap_or_default();
                // Crash handlers have a group of their own, but name the profile.
                let is_ours = rest.get(2) == Some(&group.as_str()) || command.contains(&profile);
                (is_ours && rest.first() != Some(&"Z")).then(|| format!("{} {command}", process.display()))
            })
            .collect()
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        drop(self.leash.take());
        let _ = self.guard.wait();
        if !std::thread::panicking() {
            until("a browser is gone", || self.remains().is_empty());
        }
    }
}
