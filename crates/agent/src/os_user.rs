//! The operating system user that the agent and its processes run as.

use std::path::PathBuf;

use nix::unistd::{Uid, User};

use crate::environment::{EnvMap, Platform};

/// For users whose entry has no usable shell.
const FALLBACK_SHELL: &str = "/bin/sh";

#[derive(Debug, Clone)]
pub struct OsUser {
    /// The home directory, unless it is unknown.
    pub home: Option<PathBuf>,
    pub shell: PathBuf,
    /// The agent's own environment, with the variables that a login sets.
    pub inherited: EnvMap,
}

impl OsUser {
    /// `HOME` takes precedence over the password database, for containers that set only the variable.
    pub fn current() -> Self {
        let entry = User::from_uid(Uid::effective()).ok().flatten();
        let mut inherited = EnvMap::new(Platform::CURRENT);
        // Variables that are not UTF-8 are left out.
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
