//! Logging of the server, of agents, and of `coder ssh`.

use std::{io::IsTerminal, path::Path};

use anyhow::{Context as _, Result};
use clap::ValueEnum;
use tracing::{Level, Metadata};
use tracing_subscriber::{
    EnvFilter,
    filter::{FilterFn, filter_fn},
    fmt,
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Text,
    Json,
}

/// Leaves out what the WebSocket library logs at `trace`, whatever `CODER_LOG` is: whole messages, with the values of secrets
/// and the tokens of agents in them.
fn without_messages() -> FilterFn {
    filter_fn(|metadata: &Metadata<'_>| {
        *metadata.level() != Level::TRACE || !metadata.target().starts_with("tungstenite")
    })
}

/// Logs to standard error. `CODER_LOG` is the filter, by default `info`: `debug`, or `coder_server=debug,info`.
pub fn start(format: Format) {
    let filter = EnvFilter::try_from_env("CODER_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let registry = tracing_subscriber::registry().with(filter).with(without_messages());
    let lines = fmt::layer().with_writer(std::io::stderr);
    // Fails when logging has started already, which then stays as it is.
    let _ = match format {
        Format::Text => registry.with(lines.with_ansi(std::io::stderr().is_terminal())).try_init(),
        Format::Json => registry.with(lines.json()).try_init(),
    };
}

/// Logs to a new file in a directory, for programs whose standard error belongs to another program.
pub fn to_file(directory: &Path, name: &str) -> Result<()> {
    let message = || format!("cannot write a log to {}", directory.display());
    std::fs::create_dir_all(directory).with_context(message)?;
    let stamp = crate::output::now().strftime("%Y%m%d-%H%M%S");
    let path = directory.join(format!("coder-{name}-{stamp}-{}.log", std::process::id()));
    let file = std::fs::File::options().create_new(true).append(true).open(path).with_context(message)?;
    let filter = EnvFilter::try_from_env("CODER_LOG").unwrap_or_else(|_| EnvFilter::new("debug,russh=info"));
    let lines = fmt::layer().with_ansi(false).with_writer(std::sync::Mutex::new(file));
    let _ = tracing_subscriber::registry().with(filter).with(without_messages()).with(lines).try_init();
    Ok(())
}
