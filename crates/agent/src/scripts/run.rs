//! Running one script.

use std::{io::Write, os::unix::fs::PermissionsExt, process::Stdio, sync::Arc};

use coder_model::workspace::LogLevel;
use coder_wire::agent::Script;
use nix::sys::signal::Signal;
use tokio::{
    process::Command,
    time::{Duration, timeout},
};

use super::output::log_lines;
use crate::{launch::LaunchSpec, outbox::Outbox, process_group::ProcessGroup};

/// Between SIGTERM and SIGKILL, for a script that timed out.
const KILL_GRACE_PERIOD: Duration = Duration::from_secs(5);
/// How long output is read after the script has exited: a background process may hold it open for ever.
const DRAIN_TIMEOUT: Duration = Duration::from_millis(500);

/// Ordered from best to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ScriptOutcome {
    Succeeded,
    TimedOut,
    /// Exited with a status other than 0, or did not start.
    Failed,
}

/// Runs a script with the environment of a shell, and logs its output to the server.
pub async fn run(script: &Script, launch: &LaunchSpec, outbox: &Arc<Outbox>) -> ScriptOutcome {
    let log = |level, text: String| outbox.log(script.log_source_id, level, text);
    // A script with a `#!` line is run as a program, any other by the login shell.
    let file;
    let mut command = if script.script.starts_with("#!") {
        match script_file(&script.script) {
            Ok(path) => {
                file = path;
                Command::new(&file)
            }
            Err(error) => {
                log(LogLevel::Error, format!("{}: cannot write the script: {error}", script.display_name));
                return ScriptOutcome::Failed;
            }
        }
    } else {
        let mut command = Command::new(&launch.shell);
        command.arg("-c").arg(&script.script);
        command
    };
    command
        .env_clear()
        .envs(launch.env.iter())
        .current_dir(&launch.directory)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0);
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            log(
                LogLevel::Error,
                format!("{}: cannot start: {}", script.display_name, launch.describe_spawn_error(&error)),
            );
            return ScriptOutcome::Failed;
        }
    };
    let group = ProcessGroup::of(child.id());
    let output = [
        child
            .stdout
            .take()
            .map(|out| tokio::spawn(log_lines(out, script.log_source_id, LogLevel::Info, outbox.clone()))),
        child
            .stderr
            .take()
            .map(|err| tokio::spawn(log_lines(err, script.log_source_id, LogLevel::Error, outbox.clone()))),
    ];
    let limit = script.timeout_ms.map_or(Duration::MAX, Duration::from_millis);
    let (status, in_time) = match timeout(limit, child.wait()).await {
        Ok(status) => (status, true),
        Err(_) => {
            log(LogLevel::Error, format!("{}: took longer than {limit:?} and was ended", script.display_name));
            group.signal(Signal::SIGTERM);
            match timeout(KILL_GRACE_PERIOD, child.wait()).await {
                Ok(status) => (status, false),
                Err(_) => {
                    group.signal(Signal::SIGKILL);
                    (child.wait().await, false)
                }
            }
        }
    };
    // Background processes of a startup script stay.
    group.leader_exited().set();
    for reader in output.into_iter().flatten() {
        let _ = timeout(DRAIN_TIMEOUT, reader).await;
    }
    match (in_time, status) {
        (false, _) => ScriptOutcome::TimedOut,
        (true, Ok(status)) if status.success() => ScriptOutcome::Succeeded,
        (true, Ok(status)) => {
            log(LogLevel::Error, format!("{}: {status}", script.display_name));
            ScriptOutcome::Failed
        }
        (true, Err(error)) => {
            log(LogLevel::Error, format!("{}: {error}", script.display_name));
            ScriptOutcome::Failed
        }
    }
}

/// An executable file with mode 0700.
fn script_file(text: &str) -> std::io::Result<tempfile::TempPath> {
    let mut file = tempfile::Builder::new()
        .prefix("coder-script-")
        .permissions(std::fs::Permissions::from_mode(0o700))
        .tempfile()?;
    file.write_all(text.as_bytes())?;
    // Closed, since a file that is open for writing cannot be executed (ETXTBSY).
    Ok(file.into_temp_path())
}
