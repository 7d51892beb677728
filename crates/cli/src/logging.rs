//! Log lines of the server and of agents, on standard error.

use std::{io::IsTerminal, path::Path};

use anyhow::{Context as _, Result};
use clap::ValueEnum;
use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs: one JSON object a line.
    Json,
}

/// Starts logging. `CODER_LOG` says how much, `info` when it does not: `debug`, or `coder_server=debug,info`.
pub fn start(format: Format) {
    let filter = EnvFilter::try_from_env("CODER_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let registry = tracing_subscriber::registry().with(filter);
    let lines = fmt::layer().with_writer(std::io::stderr);
    // Started twice in one process only by mistake, and the first one stays.
    let _ = match format {
        Format::Text => registry.with(lines.with_ansi(std::io::stderr().is_terminal())).try_init(),
        Format::Json => registry.with(lines.json()).try_init(),
    };
}

/// Writes log lines to a new file in a folder: for programs that talk to another one on their standard output and error.
pub fn to_file(folder: &Path, name: &str) -> Result<()> {
    let told = || format!("cannot write a log to {}", folder.display());
    std::fs::create_dir_all(folder).with_context(told)?;
    let stamp = crate::output::now().strftime("%Y%m%d-%H%M%S");
    let path = folder.join(format!("coder-{name}-{stamp}-{}.log", std::process::id()));
    let file = std::fs::File::options().create_new(true).append(true).open(path).with_context(told)?;
    let filter = EnvFilter::try_from_env("CODER_LOG").unwrap_or_else(|_| EnvFilter::new("debug,russh=info"));
    let lines = fmt::layer().with_ansi(false).with_writer(std::sync::Mutex::new(file));
    let _ = tracing_subscriber::registry().with(filter).with(lines).try_init();
    Ok(())
}
