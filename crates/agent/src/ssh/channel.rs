//! A session channel, before and while a process runs in it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use nix::sys::signal::Signal;
use russh::{ChannelWriteHalf, Pty as PtyMode, Sig, server::Msg};

use super::stdin_queue::Sender;
use crate::{
    process_group::ProcessGroup,
    pty::{Pty, Size},
};

/// Environment variables that a client may set, and their names and values in bytes.
const MAX_VARIABLES: usize = 128;
const MAX_VARIABLE_BYTES: usize = 64 * 1024;

pub struct SessionChannel {
    /// Taken when a process starts.
    pub write: Option<ChannelWriteHalf<Msg>>,
    pub pty: Option<PtyRequest>,
    /// Set by the client, in order.
    pub variables: Vec<(String, String)>,
    pub process: Option<RunningProcess>,
}

#[derive(Debug, Clone)]
pub struct PtyRequest {
    pub term: String,
    pub size: Size,
    pub modes: Vec<(PtyMode, u32)>,
}

/// Dropping it hangs up the process.
pub struct RunningProcess {
    /// None after the client's end of file.
    pub stdin: Option<Sender>,
    pub pty: Option<Pty>,
    pub group: ProcessGroup,
    pub exit_sent: ExitSent,
}

/// Set once the exit status is sent. The channel does not count as a session any more.
#[derive(Debug, Clone, Default)]
pub struct ExitSent(Arc<AtomicBool>);

impl ExitSent {
    pub fn set(&self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl SessionChannel {
    pub fn new(write: ChannelWriteHalf<Msg>) -> Self {
        Self { write: Some(write), pty: None, variables: Vec::new(), process: None }
    }

    /// Whether no process runs or can still be started.
    pub fn is_finished(&self) -> bool {
        match &self.process {
            Some(process) => process.exit_sent.0.load(Ordering::SeqCst),
            None => self.write.is_none(),
        }
    }

    /// Returns false for a variable that is invalid or one too many.
    pub fn set_variable(&mut self, name: &str, value: &str) -> bool {
        let bytes: usize = self.variables.iter().map(|(name, value)| name.len() + value.len()).sum();
        let fits =
            self.variables.len() < MAX_VARIABLES && bytes + name.len() + value.len() <= MAX_VARIABLE_BYTES;
        let is_valid = !name.is_empty() && !name.contains(['=', '\0']) && !value.contains('\0');
        if fits && is_valid {
            self.variables.push((name.to_owned(), value.to_owned()));
        }
        fits && is_valid
    }

    /// Resizes the pty, or what a later pty begins with.
    pub fn resize(&mut self, size: Size) {
        if let Some(request) = &mut self.pty {
            request.size = size;
        }
        if let Some(pty) = self.process.as_ref().and_then(|process| process.pty.as_ref()) {
            pty.resize(size);
        }
    }

    pub fn signal(&self, signal: &Sig) {
        if let (Some(process), Some(signal)) = (&self.process, to_unix_signal(signal)) {
            process.group.signal(signal);
        }
    }
}

fn to_unix_signal(signal: &Sig) -> Option<Signal> {
    Some(match signal {
        Sig::ABRT => Signal::SIGABRT,
        Sig::ALRM => Signal::SIGALRM,
        Sig::FPE => Signal::SIGFPE,
        Sig::HUP => Signal::SIGHUP,
        Sig::ILL => Signal::SIGILL,
        Sig::INT => Signal::SIGINT,
        Sig::KILL => Signal::SIGKILL,
        Sig::PIPE => Signal::SIGPIPE,
        Sig::QUIT => Signal::SIGQUIT,
        Sig::SEGV => Signal::SIGSEGV,
        Sig::TERM => Signal::SIGTERM,
        Sig::USR1 => Signal::SIGUSR1,
        Sig::Custom(name) if name == "USR2" => Signal::SIGUSR2,
        Sig::Custom(_) => return None,
    })
}

/// The signal by its SSH name (RFC 4254 section 6.10).
pub fn to_ssh_signal(signal: i32) -> Sig {
    match Signal::try_from(signal) {
        Ok(Signal::SIGABRT) => Sig::ABRT,
        Ok(Signal::SIGALRM) => Sig::ALRM,
        Ok(Signal::SIGFPE) => Sig::FPE,
        Ok(Signal::SIGHUP) => Sig::HUP,
        Ok(Signal::SIGILL) => Sig::ILL,
        Ok(Signal::SIGINT) => Sig::INT,
        Ok(Signal::SIGKILL) => Sig::KILL,
        Ok(Signal::SIGPIPE) => Sig::PIPE,
        Ok(Signal::SIGQUIT) => Sig::QUIT,
        Ok(Signal::SIGSEGV) => Sig::SEGV,
        Ok(Signal::SIGTERM) => Sig::TERM,
        Ok(Signal::SIGUSR1) => Sig::USR1,
        Ok(other) => Sig::Custom(other.as_str().trim_start_matches("SIG").to_owned()),
        Err(_) => Sig::Custom(format!("{signal}@coder.com")),
    }
}
