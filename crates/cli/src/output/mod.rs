//! What commands print: data to standard output, everything else to standard error.

mod table;
mod time;

use std::io::Write;

use anyhow::Result;
use clap::ValueEnum;
pub use coder_model::display_safe;
use serde::Serialize;
pub use table::{Column, choose, print_table};
pub use time::{now, relative, stamp};

/// How data is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Table,
    /// For programs.
    Json,
}

/// How one thing is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TextFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// Prints data as JSON.
pub fn print_json(data: &impl Serialize) -> Result<()> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, data)?;
    writeln!(out)?;
    Ok(())
}

/// `coder list | head` ends quietly, as other programs do.
#[allow(unsafe_code)]
pub fn restore_broken_pipe() {
    use nix::sys::signal::{SigHandler, Signal, signal};
    // SAFETY: the default action runs no code of ours, and no thread was started yet.
    let _ = unsafe { signal(Signal::SIGPIPE, SigHandler::SigDfl) };
}

/// Turns that off again, for programs that serve others: a process of somebody's that reads no more is no reason to end.
#[allow(unsafe_code)]
pub fn survive_broken_pipe() {
    use nix::sys::signal::{SigHandler, Signal, signal};
    // SAFETY: an ignored signal runs no code of ours, and no thread was started yet.
    let _ = unsafe { signal(Signal::SIGPIPE, SigHandler::SigIgn) };
}
