//! Forwarding of the gpg-agent. The keys stay on this machine; gpg in the workspace uses them through the agent's socket.

use std::{
    ffi::OsStr,
    io,
    os::unix::{ffi::OsStrExt, net::UnixStream},
    path::PathBuf,
    process::{Command, Stdio},
};

use anstream::eprintln;
use anyhow::{Context as _, Result, bail};
use russh::client::{Handle, Handler};

use super::remote_exec::{EXIT_NOT_FOUND, remote_exec};
use crate::output::display_safe;

#[derive(Debug, Clone)]
pub struct GpgForward {
    /// The agent's restricted socket: its users can use keys, but neither export nor change them.
    pub socket: PathBuf,
    public_keys: Vec<u8>,
    owner_trust: Vec<u8>,
}

impl GpgForward {
    /// Finds the local agent. It is not started, since unlocking keys is up to the user.
    pub fn detect() -> Result<Self> {
        let socket = run_gpg("gpgconf", &["--list-dirs", "agent-extra-socket"])?;
        let socket = PathBuf::from(OsStr::from_bytes(socket.trim_ascii_end()));
        if let Err(error) = UnixStream::connect(&socket) {
            tracing::debug!(%error, "cannot connect to the gpg-agent");
            bail!(
                "no gpg-agent is running at {}; start it with: gpgconf --launch gpg-agent",
                display_safe(&socket.display().to_string())
            );
        }
        let public_keys = run_gpg("gpg", &["--batch", "--quiet", "--export"])?;
        if public_keys.is_empty() {
            eprintln!("gpg has no public keys on this machine, so the workspace cannot use any.");
        }
        let owner_trust = run_gpg("gpg", &["--batch", "--quiet", "--export-ownertrust"])?;
        Ok(Self { socket, public_keys, owner_trust })
    }

    /// Imports the public keys in the workspace, and frees the path of its agent's socket. Returns that path.
    pub async fn prepare<H: Handler>(
        &self,
        session: &Handle<H>,
        variables: &[(String, String)],
    ) -> Result<String> {
        let imports = [("--import", &self.public_keys), ("--import-ownertrust", &self.owner_trust)];
        for (how, data) in imports.into_iter().filter(|(_, data)| !data.is_empty()) {
            let result =
                remote_exec(session, variables, &format!("gpg --batch --quiet {how}"), data.clone()).await?;
            match result.status {
                0 => {}
                EXIT_NOT_FOUND => bail!(GNUPG_MISSING),
                // Some keys may be too old or too new for the workspace's gpg.
                _ => {
                    eprintln!(
                        "gpg in the workspace did not import all keys: {}",
                        display_safe(result.stderr.trim())
                    );
                }
            }
        }
        let result =
            remote_exec(session, variables, &format!("sh -c '{STOP_REMOTE_AGENT}'"), Vec::new()).await?;
        match result.status {
            0 if result.stdout.starts_with('/') => Ok(result.stdout),
            EXIT_NOT_FOUND => bail!(GNUPG_MISSING),
            _ => {
                bail!("cannot prepare the workspace for the gpg-agent: {}", display_safe(result.stderr.trim()))
            }
        }
    }
}

const GNUPG_MISSING: &str = "gpg and gpgconf are required in the workspace as well; install gnupg there";

/// Stops the workspace's own agent, waits until it has removed its socket, and prints the path. An agent that another session
/// forwards is not stopped: it reports that it is restricted, and only its socket is removed. The script has no single quotes,
/// so that any login shell can pass it on.
const STOP_REMOTE_AGENT: &str = r#"command -v gpgconf >/dev/null && command -v gpg-connect-agent >/dev/null || exit 127
socket=$(gpgconf --list-dirs agent-socket) || exit 1
if ! gpg-connect-agent --no-autostart "GETINFO restricted" /bye 2>/dev/null | grep -q "^OK"; then
    gpgconf --kill gpg-agent
    tries=0
    while [ -S "$socket" ] && [ $tries -lt 50 ]; do
        sleep 0.1
        tries=$((tries + 1))
    done
fi
mkdir -p -m 700 "$(dirname "$socket")" && rm -f "$socket" && printf %s "$socket""#;

/// Runs a local program of gnupg and returns its output.
fn run_gpg(program: &str, arguments: &[&str]) -> Result<Vec<u8>> {
    let output = match Command::new(program).args(arguments).stdin(Stdio::null()).output() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            bail!("{program} is required to forward the gpg-agent; install gnupg")
        }
        output => output.with_context(|| format!("cannot run {program}"))?,
    };
    if output.status.success() {
        return Ok(output.stdout);
    }
    let message = String::from_utf8_lossy(&output.stderr);
    bail!("{program} {}: {}", arguments.join(" "), display_safe(message.trim()));
}
