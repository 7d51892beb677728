//! Output of commands: data on standard output, everything else on standard error.

mod table;
mod time;

use std::io::Write;

use anyhow::Result;
use clap::ValueEnum;
pub use coder_model::display_safe;
use serde::Serialize;
pub use table::{Column, choose, print_table};
pub use time::{now, relative, stamp};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Table,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TextFormat {
    Text,
    Json,
}

pub fn print_json(data: &impl Serialize) -> Result<()> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, data)?;
    writeln!(out)?;
    Ok(())
}

/// Restores the default action of SIGPIPE, so that `coder list | head` ends quietly.
#[allow(unsafe_code)]
pub fn restore_broken_pipe() {
    use nix::sys::signal::{SigHandler, Signal, signal};
    // SAFETY: the default action runs no Rust code, and no thread has been started.
    let _ = unsafe { signal(Signal::SIGPIPE, SigHandler::SigDfl) };
}

/// Ignores SIGPIPE again, in commands that must outlive closed connections.
#[allow(unsafe_code)]
pub fn survive_broken_pipe() {
    use nix::sys::signal::{SigHandler, Signal, signal};
    // SAFETY: an ignored signal runs no Rust code, and no thread has been started.
    let _ = unsafe { signal(Signal::SIGPIPE, SigHandler::SigIgn) };
}
