//! The file from which an editor learns how its connection is.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write},
    os::unix::{fs::DirBuilderExt, process::parent_id},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use anyhow::{Context as _, Result};
use coder_client::Tunnel;
use serde::Serialize;
use tempfile::NamedTempFile;
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    time::{Instant, MissedTickBehavior, interval},
};

use super::traffic::Traffic;

/// How the connection is.
#[derive(Debug, Serialize)]
struct NetworkInfo {
    /// Whether nobody is in between; the server always is.
    p2p: bool,
    /// The way there and back, in milliseconds.
    latency: f64,
    /// The relay in use, and how far each is: there are none.
    preferred_derp: &'static str,
    derp_latency: BTreeMap<String, f64>,
    /// Towards the workspace, in bytes a second.
    upload_bytes_sec: u64,
    /// From the workspace, in bytes a second.
    download_bytes_sec: u64,
    /// Whether a network of the whole machine is used; there is none.
    using_coder_connect: bool,
}

/// The file, named after the program that runs this one: an SSH client runs it as its ProxyCommand, and that client is what
/// an editor knows. Removed when this is dropped.
struct InfoFile(PathBuf);

impl InfoFile {
    /// Its place. The directory is made if it is not there.
    fn within(directory: &Path) -> Result<Self> {
        let told = || format!("cannot create the directory {}", directory.display());
        fs::DirBuilder::new().recursive(true).mode(0o700).create(directory).with_context(told)?;
        Ok(Self(directory.join(format!("{}.json", parent_id()))))
    }

    /// Puts this into it, whole: whoever reads it meanwhile has what was there before.
    fn write(&self, info: &NetworkInfo) -> io::Result<()> {
        let directory = self.0.parent().unwrap_or(Path::new("."));
        // Readable by its owner alone, as such files are made.
        let mut file = NamedTempFile::new_in(directory)?;
        serde_json::to_writer(&mut file, info)?;
        file.flush()?;
        file.persist(&self.0)?;
        Ok(())
    }
}

impl Drop for InfoFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Keeps the file up to date until a signal ends the program, and answers the status for that. An SSH client ends its
/// ProxyCommand by a signal, which must not leave the file behind.
pub async fn run(directory: &Path, period: Duration, tunnel: &Tunnel, traffic: &Traffic) -> Result<ExitCode> {
    let file = InfoFile::within(directory)?;
    let [mut hang_up, mut interrupt, mut terminate] =
        [listen(SignalKind::hangup())?, listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?];
    let ended_by = |kind: SignalKind| {
        Ok(ExitCode::from(u8::try_from(kind.as_raw_value()).unwrap_or(u8::MAX).saturating_add(128)))
    };
    tokio::select! {
        () = measure(&file, period, tunnel, traffic) => Ok(ExitCode::SUCCESS),
        _ = hang_up.recv() => ended_by(SignalKind::hangup()),
        _ = interrupt.recv() => ended_by(SignalKind::interrupt()),
        _ = terminate.recv() => ended_by(SignalKind::terminate()),
    }
}

fn listen(kind: SignalKind) -> Result<Signal> {
    signal(kind).context("cannot listen for signals")
}

/// Measures and writes, for as long as it is let.
async fn measure(file: &InfoFile, period: Duration, tunnel: &Tunnel, traffic: &Traffic) {
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut since, mut sent, mut received) = (Instant::now(), 0, 0);
    loop {
        ticks.tick().await;
        let latency = match tunnel.ping().await {
            Ok(latency) => latency.as_secs_f64() * 1000.0,
            // A connection that has broken ends by itself; there is nothing to tell about it.
            Err(error) => {
                tracing::debug!(%error, "the way to the workspace cannot be timed");
                continue;
            }
        };
        let (now, sent_now, received_now) = (Instant::now(), traffic.sent(), traffic.received());
        let elapsed = now - since;
        let info = NetworkInfo {
            p2p: false,
            latency,
            preferred_derp: "",
            derp_latency: BTreeMap::new(),
            upload_bytes_sec: rate(sent_now.saturating_sub(sent), elapsed),
            download_bytes_sec: rate(received_now.saturating_sub(received), elapsed),
            using_coder_connect: false,
        };
        (since, sent, received) = (now, sent_now, received_now);
        if let Err(error) = file.write(&info) {
            tracing::debug!(%error, "cannot write how the connection is");
        }
    }
}

/// Bytes a second.
fn rate(bytes: u64, within: Duration) -> u64 {
    let milliseconds = within.as_millis().max(1);
    u64::try_from(u128::from(bytes) * 1000 / milliseconds).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_in_bytes_a_second() {
        for (bytes, milliseconds, expected) in
            [(0, 5000, 0), (1000, 5000, 200), (1000, 500, 2000), (7, 0, 7000), (u64::MAX, 1, u64::MAX)]
        {
            assert_eq!(rate(bytes, Duration::from_millis(milliseconds)), expected);
        }
    }
}
