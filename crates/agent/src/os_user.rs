//! Whose processes the agent starts: their home, their login shell, and the environment the agent itself was given.

use std::path::PathBuf;

use nix::unistd::{Uid, User};

use crate::environment::{EnvMap, Platform};

/// The shell of whoever has none.
const FALLBACK_SHELL: &str = "/bin/sh";

/// The user that the agent runs as.
#[derive(Debug, Clone)]
pub struct OsUser {
    /// Where `~/` is; none when nobody knows.
    pub home: Option<PathBuf>,
    /// The login shell.
    pub shell: PathBuf,
    /// The environment of the agent itself, with what a login sets.
    pub inherited: EnvMap,
}

impl OsUser {
    /// The user that this process runs as: `HOME` before the password database, for containers that set only that.
    pub fn current() -> Self {
        let entry = User::from_uid(Uid::effective()).ok().flatten();
        let mut inherited = EnvMap::new(Platform::CURRENT);
        // What is not text cannot be passed on as a variable of a session; nothing of ours is.
        for (name, value) in std::env::vars_os() {
            if let (Some(name), Some(value)) = (name.to_str(), value.to_str()) {
                inherited.set(name, value);
            }
        }
        let home = std::env::home_dir().filter(|home| home.is_absolute());
        let shell = entry
            .as_ref()
            .map(|entry| entry.shell.clone())
            .filter(|shell| shell.is_file())
            .unwrap_or_else(|| PathBuf::from(FALLBACK_SHELL));
        if let Some(home) = home.as_ref().and_then(|home| home.to_str())
            && inherited.get("HOME").is_none()
        {
            inherited.set("HOME", home);
        }
        if let Some(name) = entry.map(|entry| entry.name) {
            for variable in ["USER", "LOGNAME"] {
                if inherited.get(variable).is_none() {
                    inherited.set(variable, name.as_str());
                }
            }
        }
        if let Some(shell) = shell.to_str() {
            inherited.set("SHELL", shell);
        }
        Self { home, shell, inherited }
    }
}
