//! Names of environment variables that secrets are delivered as.

use std::fmt;

/// The longest name, in bytes (user guide, Limits).
const MAX_BYTES: usize = 256;

/// Names that shells, loaders and the agent depend on (user guide). Comparison ignores case.
const RESERVED: &[&str] = &[
    "PATH",
    "HOME",
    "SHELL",
    "USER",
    "LOGNAME",
    "PWD",
    "OLDPWD",
    "LANG",
    "TERM",
    "IFS",
    "CDPATH",
    "ENV",
    "BASH_ENV",
    "TMPDIR",
    "TMP",
    "TEMP",
    "HOSTNAME",
    "SSH_AUTH_SOCK",
    "SSH_CLIENT",
    "SSH_CONNECTION",
    "SSH_TTY",
    "EDITOR",
    "VISUAL",
    "PAGER",
    "VSCODE_PROXY_URI",
    "CS_DISABLE_GETTING_STARTED_OVERRIDE",
    "XDG_RUNTIME_DIR",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_CACHE_HOME",
    "XDG_STATE_HOME",
];

/// Comparison ignores case.
const RESERVED_PREFIXES: &[&str] = &["GIT_", "LC_", "LD_", "DYLD_"];

/// A valid, unreserved environment variable name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EnvName(String);

impl EnvName {
    /// Parses a name. An empty one is invalid: the caller treats it as no target.
    pub fn parse(raw: &str) -> Result<Self, String> {
        if raw.len() > MAX_BYTES {
            return Err(format!("environment variable name must not exceed {MAX_BYTES} bytes"));
        }
        if !is_posix_name(raw) {
            return Err("must start with a letter or underscore, followed by letters, digits, or underscores"
                .to_owned());
        }
        let upper = raw.to_ascii_uppercase();
        if RESERVED.contains(&upper.as_str()) {
            return Err(format!("{upper} is a reserved environment variable name"));
        }
        if upper == "CODER" || upper.starts_with("CODER_") {
            return Err(
                "environment variable names starting with CODER_ are reserved for internal use".to_owned()
            );
        }
        if let Some(prefix) = RESERVED_PREFIXES.iter().find(|prefix| upper.starts_with(**prefix)) {
            return Err(format!("environment variables starting with {prefix} are reserved"));
        }
        Ok(Self(raw.to_owned()))
    }

    /// As it was entered.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether `raw` is a POSIX name: `[a-zA-Z_][a-zA-Z0-9_]*`.
pub(crate) fn is_posix_name(raw: &str) -> bool {
    let mut bytes = raw.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

impl fmt::Display for EnvName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::EnvName;

    #[test]
    fn names_are_posix_names_and_not_reserved() {
        for valid in ["A", "_a1", "api_key", "CODERS", "GITHUB_TOKEN", "PATHS", "LCX"] {
            assert!(EnvName::parse(valid).is_ok(), "{valid}");
        }
        let grammar = "must start with a letter or underscore, followed by letters, digits, or underscores";
        for (invalid, detail) in [
            ("1A", grammar),
            ("A-B", grammar),
            ("A=B", grammar),
            ("É", grammar),
            ("path", "PATH is a reserved environment variable name"),
            ("Bash_Env", "BASH_ENV is a reserved environment variable name"),
            ("coder", "environment variable names starting with CODER_ are reserved for internal use"),
            ("CODER_X", "environment variable names starting with CODER_ are reserved for internal use"),
            ("git_dir", "environment variables starting with GIT_ are reserved"),
            ("LD_PRELOAD", "environment variables starting with LD_ are reserved"),
            ("DYLD_X", "environment variables starting with DYLD_ are reserved"),
            ("LC_ALL", "environment variables starting with LC_ are reserved"),
        ] {
            assert_eq!(EnvName::parse(invalid), Err(detail.to_owned()), "{invalid}");
        }
        assert!(EnvName::parse(&"A".repeat(256)).is_ok());
        assert_eq!(
            EnvName::parse(&"-".repeat(257)),
            Err("environment variable name must not exceed 256 bytes".to_owned())
        );
    }
}
