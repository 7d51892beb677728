//! A program on a pseudo-terminal.

use std::{
    fs,
    io::{Read, Write},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use rustix::{
    fs::{Mode, open},
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{Winsize, tcsetwinsize},
};

/// A program on a terminal of a given size, and what it shows.
pub struct Pty {
    pub child: std::process::Child,
    pub terminal: fs::File,
    shown: std::sync::mpsc::Receiver<Vec<u8>>,
    text: String,
}

impl Pty {
    pub fn run(mut command: Command, rows: u16, columns: u16) -> Self {
        let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let terminal = openpt(flags).unwrap();
        grantpt(&terminal).unwrap();
        unlockpt(&terminal).unwrap();
        tcsetwinsize(&terminal, size).unwrap();
        let end = open(ptsname(&terminal, Vec::new()).unwrap(), flags.into(), Mode::empty()).unwrap();
        let copy = || Stdio::from(end.try_clone().unwrap());
        command.stdin(copy()).stdout(copy()).stderr(copy()).env("TERM", "xterm");
        let child = command.spawn().unwrap();
        drop(command);
        drop(end);
        let terminal = fs::File::from(terminal);
        let mut reader = terminal.try_clone().unwrap();
        let (sender, shown) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(read @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..read].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self { child, terminal, shown, text: String::new() }
    }

    /// Waits for text after the text that was waited for last.
    pub fn wait_for(&mut self, what: &str) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !self.text.contains(what) {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.shown.recv_timeout(left) {
                Ok(bytes) => self.text.push_str(&String::from_utf8_lossy(&bytes)),
                Err(_) => panic!("{what:?} was not shown, but: {:?}", self.text),
            }
        }
        let (_, rest) = self.text.split_once(what).unwrap();
        self.text = rest.to_owned();
    }

    pub fn type_in(&mut self, keys: &str) {
        self.terminal.write_all(keys.as_bytes()).unwrap();
    }
}
