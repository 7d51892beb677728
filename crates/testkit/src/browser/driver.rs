//! `chromedriver`, the Chromium that it starts, and their protocol: <https://www.w3.org/TR/webdriver2/>.

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

use crate::process::until;

/// How many browsers the tests of one program use at a time: each keeps a core busy.
const MAX_BROWSERS: usize = 2;
/// The limit of one command, which may load a page.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(30);
/// Runs a program until standard input is closed, which happens however the test ends, and then kills the process group.
/// It does not hold the program's standard output open, so that a program that exits early is noticed.
const GUARD: &str = r#""$0" "$@" </dev/null & exec >/dev/null; read -r _; kill -KILL 0"#;

static PERMITS: (Mutex<usize>, Condvar) = (Mutex::new(MAX_BROWSERS), Condvar::new());

/// The permission to use a browser.
struct Permit;

impl Permit {
    fn take() -> Self {
        let (left, returned) = &PERMITS;
        let left = left.lock().unwrap_or_else(PoisonError::into_inner);
        let mut left = returned.wait_while(left, |left| *left == 0).unwrap_or_else(PoisonError::into_inner);
        *left -= 1;
        Self
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let (left, returned) = &PERMITS;
        *left.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        returned.notify_one();
    }
}

/// A session of `chromedriver` with a profile of its own. On drop, its processes and files are removed.
pub(super) struct Driver {
    guard: Child,
    lifeline: Option<ChildStdin>,
    profile: TempDir,
    http: reqwest::Client,
    runtime: Runtime,
    session: String,
    _permit: Permit,
}

impl Driver {
    /// Waits for a permit and starts one.
    pub(super) fn start(with_script: bool) -> Self {
        let turn = Permit::take();
        let profile = tempfile::tempdir().expect("a temporary directory");
        let mut guard = Command::new("bash")
            .args(["-c", GUARD, "chromedriver", "--port=0"])
            .env("HOME", profile.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("bash");
        let lifeline = guard.stdin.take();
        let stdout = BufReader::new(guard.stdout.take().expect("a pipe"));
        let port = stdout
            .lines()
            .map_while(Result::ok)
            .find_map(|line| Some(line.split_once("successfully on port ")?.1.trim_end_matches('.').to_owned()))
            .expect("chromedriver starts: `make setup` installs it");
        let mut driver = Self {
            guard,
            lifeline,
            http: reqwest::Client::builder().timeout(COMMAND_TIMEOUT).build().expect("a client"),
            runtime: tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime"),
            session: format!("http://127.0.0.1:{port}/session"),
            profile,
            _permit: turn,
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
        // Chromium's sandbox does not work as root, and tests open only pages of the product.
        if nix::unistd::geteuid().is_root() {
            flags.push("--no-sandbox".to_owned());
        }
        // Content settings: 1 allows, 2 blocks. Scripts of the driver are not blocked.
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

    /// Reads a property of the session.
    pub(super) fn get(&self, path: &str) -> Result<Value, String> {
        self.send(self.http.get(format!("{}{path}", self.session)))
    }

    /// Sends a command of Chromium's DevTools: <https://chromedevtools.github.io/devtools-protocol/>.
    pub(super) fn devtools(&self, command: &str, parameters: &Value) -> Result<Value, String> {
        self.post("/goog/cdp/execute", &json!({"cmd": command, "params": parameters}))
    }

    fn send(&self, request: reqwest::RequestBuilder) -> Result<Value, String> {
        let response = self.runtime.block_on(async { request.send().await?.json::<Value>().await });
        let mut response = response.map_err(|error| format!("chromedriver: {error}"))?;
        let value = response.get_mut("value").map(Value::take).unwrap_or_default();
        match value.get("error").and_then(Value::as_str) {
            // A script's result may have the field `error`, but not a stack trace as well.
            Some(error) if value.get("stacktrace").is_some() => {
                let message = value.get("message").and_then(Value::as_str).unwrap_or_default();
                Err(format!("{error}: {}", message.lines().next().unwrap_or_default()))
            }
            _ => Ok(value),
        }
    }

    /// Its running processes.
    fn running_processes(&self) -> Vec<String> {
        let group = self.guard.id().to_string();
        let profile = self.profile.path().display().to_string();
        let processes = fs::read_dir("/proc").expect("/proc").flatten().map(|entry| entry.path());
        processes
            .filter_map(|process| {
                let stat = fs::read_to_string(process.join("stat")).ok()?;
                let rest: Vec<&str> = stat.rsplit_once(") ")?.1.split(' ').collect();
                let command = fs::read_to_string(process.join("cmdline")).unwrap_or_default();
                // Crash handlers have a group of their own, but name the profile.
                let is_own = rest.get(2) == Some(&group.as_str()) || command.contains(&profile);
                (is_own && rest.first() != Some(&"Z")).then(|| format!("{} {command}", process.display()))
            })
            .collect()
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        let _ = self.guard.wait();
        if !std::thread::panicking() {
            until("a browser has exited", || self.running_processes().is_empty());
        }
    }
}
