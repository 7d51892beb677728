//! `coder server` as a process of its own.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use crate::process::TIMEOUT;

/// A running `coder server`, killed on drop.
pub struct Server {
    child: Child,
    /// Its URL, without a slash at the end.
    pub url: String,
    lines: mpsc::Receiver<String>,
    output: Vec<String>,
}

impl Server {
    /// Starts the command and waits until the server is ready.
    ///
    /// # Errors
    /// Its log, if it exits instead.
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
        let mut server = Self { child, url: String::new(), lines, output: Vec::new() };
        loop {
            match server.lines.recv_timeout(TIMEOUT) {
                Ok(line) => {
                    let url =
                        line.split_once("is ready at ").map(|(_, url)| url.trim_end_matches('/').to_owned());
                    server.output.push(line);
                    if let Some(url) = url {
                        server.url = url;
                        return Ok(server);
                    }
                }
                Err(_) => return Err(server.output.join("\n")),
            }
        }
    }

    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> i32 {
        i32::try_from(self.child.id()).unwrap_or_default()
    }

    /// The host and port, which the next server can listen on.
    #[must_use]
    pub fn address(&self) -> String {
        self.url.trim_start_matches("http://").to_owned()
    }

    /// Sends SIGTERM and waits for a successful exit. Returns its log.
    pub fn stop(mut self) -> String {
        let _ = kill(Pid::from_raw(self.pid()), Signal::SIGTERM);
        let status = self.child.wait().expect("an exit status");
        assert!(status.success(), "the server exited with {status}");
        self.output.extend(self.lines.iter());
        self.output.join("\n")
    }

    /// Kills it, as a power failure would.
    pub fn kill(mut self) {
        self.child.kill().expect("the server is killed");
        self.child.wait().expect("an exit status");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port without a listener.
#[must_use]
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}
