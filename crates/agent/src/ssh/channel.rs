//! A session channel before and while a process runs in it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use nix::sys::signal::Signal;
use russh::{ChannelWriteHalf, Pty as PtyMode, Sig, server::Msg};

use super::stdin_queue::Sender;
use crate::pty::{ProcessGroup, Pty, Size};

/// Variables that a client may set.
const MAX_VARIABLES: usize = 128;
/// Bytes that they may have together.
const MAX_VARIABLE_BYTES: usize = 64 * 1024;

/// A session channel.
pub struct SessionChannel {
    /// The way back to the client; taken by what runs.
    pub write: Option<ChannelWriteHalf<Msg>>,
    /// The pty that was asked for.
    pub pty: Option<PtyRequest>,
    /// What the client wants in the environment, in order.
    pub variables: Vec<(String, String)>,
    /// What runs.
    pub running: Option<RunningProcess>,
}

/// A pty that was asked for.
#[derive(Debug, Clone)]
pub struct PtyRequest {
    pub term: String,
    pub size: Size,
    pub modes: Vec<(PtyMode, u32)>,
}

/// What runs in a channel. Dropping it hangs up.
pub struct RunningProcess {
    /// Absent after the client's end of file.
    pub input: Option<Sender>,
    /// Present when it runs on one.
    pub pty: Option<Pty>,
    pub group: ProcessGroup,
    pub exit_sent: ExitSent,
}

/// Says that the client was told how a session ended.
#[derive(Debug, Clone, Default)]
pub struct ExitSent(Arc<AtomicBool>);

impl ExitSent {
    pub fn set(&self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl SessionChannel {
    pub fn new(write: ChannelWriteHalf<Msg>) -> Self {
        Self { write: Some(write), pty: None, variables: Vec::new(), running: None }
    }

    /// Whether nothing runs in it any more, nor can.
    pub fn is_finished(&self) -> bool {
        match &self.running {
            Some(running) => running.exit_sent.0.load(Ordering::SeqCst),
            None => self.write.is_none(),
        }
    }

    /// Notes a variable, unless there are too many.
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

    /// Notes another window size, or tells it to what runs.
    pub fn resize(&mut self, size: Size) {
        if let Some(request) = &mut self.pty {
            request.size = size;
        }
        if let Some(pty) = self.running.as_ref().and_then(|running| running.pty.as_ref()) {
            pty.resize(size);
        }
    }

    /// Passes a signal on to what runs.
    pub fn signal(&self, signal: &Sig) {
        if let (Some(running), Some(signal)) = (&self.running, to_unix_signal(signal)) {
            running.group.signal(signal);
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

/// The name of a signal as SSH has it.
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
