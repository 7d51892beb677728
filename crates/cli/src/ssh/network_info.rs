//! A file with network information, for editors.

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

/// The fields that editors know from Coder's own command line.
#[derive(Debug, Serialize)]
struct NetworkInfo {
    /// Peer to peer. Always false: traffic goes through the server.
    p2p: bool,
    /// Round trip to the agent, in milliseconds.
    latency: f64,
    /// The relay in use, and the latency of each. There are none.
    preferred_derp: &'static str,
    derp_latency: BTreeMap<String, f64>,
    upload_bytes_sec: u64,
    download_bytes_sec: u64,
    /// Always false: there is no VPN.
    using_coder_connect: bool,
}

/// Named after the parent process: the SSH client that runs this program as its ProxyCommand, whose pid an editor knows.
/// Removed on drop.
struct InfoFile(PathBuf);

impl InfoFile {
    /// Creates the directory if it is missing.
    fn new(directory: &Path) -> Result<Self> {
        let message = || format!("cannot create the directory {}", directory.display());
        fs::DirBuilder::new().recursive(true).mode(0o700).create(directory).with_context(message)?;
        Ok(Self(directory.join(format!("{}.json", parent_id()))))
    }

    /// Atomic: a reader never sees half a file.
    fn write(&self, info: &NetworkInfo) -> io::Result<()> {
        let directory = self.0.parent().unwrap_or(Path::new("."));
        // Temporary files have mode 0600.
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

/// Updates the file until a signal, and returns the exit status for that. An SSH client ends its ProxyCommand by a signal,
/// which must not leave the file behind.
pub async fn run(directory: &Path, period: Duration, tunnel: &Tunnel, traffic: &Traffic) -> Result<ExitCode> {
    let file = InfoFile::new(directory)?;
    let [mut hang_up, mut interrupt, mut terminate] =
        [listen(SignalKind::hangup())?, listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?];
    let ended_by = |kind: SignalKind| {
        Ok(ExitCode::from(u8::try_from(kind.as_raw_value()).unwrap_or(u8::MAX).saturating_add(128)))
    };
    tokio::select! {
        () = update(&file, period, tunnel, traffic) => Ok(ExitCode::SUCCESS),
        _ = hang_up.recv() => ended_by(SignalKind::hangup()),
        _ = interrupt.recv() => ended_by(SignalKind::interrupt()),
        _ = terminate.recv() => ended_by(SignalKind::terminate()),
    }
}

fn listen(kind: SignalKind) -> Result<Signal> {
    signal(kind).context("cannot listen for signals")
}

/// Never returns.
async fn update(file: &InfoFile, period: Duration, tunnel: &Tunnel, traffic: &Traffic) {
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut since, mut sent, mut received) = (Instant::now(), 0, 0);
    loop {
        ticks.tick().await;
        let latency = match tunnel.ping().await {
            Ok(latency) => latency.as_secs_f64() * 1000.0,
            // A lost connection ends the session anyway.
            Err(error) => {
                tracing::debug!(%error, "cannot measure the latency");
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
            tracing::debug!(%error, "cannot write network information");
        }
    }
}

/// In bytes per second.
fn rate(bytes: u64, within: Duration) -> u64 {
    let milliseconds = within.as_millis().max(1);
    u64::try_from(u128::from(bytes) * 1000 / milliseconds).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_per_second() {
        for (bytes, milliseconds, expected) in
            [(0, 5000, 0), (1000, 5000, 200), (1000, 500, 2000), (7, 0, 7000), (u64::MAX, 1, u64::MAX)]
        {
            assert_eq!(rate(bytes, Duration::from_millis(milliseconds)), expected);
        }
    }
}
