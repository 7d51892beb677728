//! Lending the gpg-agent: the keys stay here, gpg in the workspace asks this machine to sign and to decrypt with them.

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

/// What is lent, as it is here.
#[derive(Debug, Clone)]
pub struct GpgForward {
    /// The agent's socket for others: what comes over it can use keys, and neither export nor change them.
    pub socket: PathBuf,
    /// What gpg in the workspace has to know of the keys.
    public_keys: Vec<u8>,
    owner_trust: Vec<u8>,
}

impl GpgForward {
    /// Looks at what is here. An agent is not started: whether keys are to be unlocked is not for this program to say.
    pub fn detect() -> Result<Self> {
        let socket = run_gpg("gpgconf", &["--list-dirs", "agent-extra-socket"])?;
        let socket = PathBuf::from(OsStr::from_bytes(socket.trim_ascii_end()));
        if let Err(error) = UnixStream::connect(&socket) {
            tracing::debug!(%error, "nobody listens on the gpg-agent's socket");
            bail!(
                "there is no gpg-agent to lend at {}; start one with: gpgconf --launch gpg-agent",
                display_safe(&socket.display().to_string())
            );
        }
        let public_keys = run_gpg("gpg", &["--batch", "--quiet", "--export"])?;
        if public_keys.is_empty() {
            eprintln!("gpg has no public keys here: there is nothing that the workspace could use.");
        }
        let owner_trust = run_gpg("gpg", &["--batch", "--quiet", "--export-ownertrust"])?;
        Ok(Self { socket, public_keys, owner_trust })
    }

    /// Makes the workspace ready for it. Answers where gpg looks for its agent there: nothing is at that place.
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
                // Some of many keys may be too old or too new for the gpg there.
                _ => {
                    eprintln!(
                        "gpg in the workspace does not take all keys: {}",
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
            _ => bail!("the workspace has no place for the gpg-agent: {}", display_safe(result.stderr.trim())),
        }
    }
}

const GNUPG_MISSING: &str = "gpg and gpgconf are needed in the workspace as well; install gnupg there";

/// Ends the workspace's own agent and waits until it has cleaned up, or it would take the new socket away with its own. An
/// agent that another session has lent says that it is restricted: that one is somebody's who goes on using it elsewhere, and
/// only loses its place. Then says where that is. A script without single quotes, for any login shell to pass on.
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

/// Runs one of gpg's programs here and answers what it prints.
fn run_gpg(program: &str, arguments: &[&str]) -> Result<Vec<u8>> {
    let output = match Command::new(program).args(arguments).stdin(Stdio::null()).output() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            bail!("{program} is needed to lend the gpg-agent; install gnupg")
        }
        output => output.with_context(|| format!("cannot run {program}"))?,
    };
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    bail!("{program} {}: {}", arguments.join(" "), display_safe(said.trim()));
}
