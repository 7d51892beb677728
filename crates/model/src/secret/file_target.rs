//! Paths of files that secrets are delivered as.

use std::fmt;

/// The longest path, in bytes (Linux `PATH_MAX`).
const MAX_BYTES: usize = 4096;

/// A path that starts with `~/` or `/`, as it was entered. The agent resolves it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileTarget(String);

impl FileTarget {
    /// Parses a path. An empty one is invalid: the caller treats it as no target.
    pub fn parse(raw: &str) -> Result<Self, String> {
        if !raw.starts_with("~/") && !raw.starts_with('/') {
            return Err("file path must start with ~/ or /".to_owned());
        }
        if raw.contains('\0') {
            return Err("file path must not contain null bytes".to_owned());
        }
        if raw.len() > MAX_BYTES {
            return Err(format!("file path must not exceed {MAX_BYTES} bytes"));
        }
        Ok(Self(raw.to_owned()))
    }

    /// As it was entered.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FileTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::FileTarget;

    #[test]
    fn paths_start_with_home_or_root() {
        for valid in ["/", "~/x", "/etc/../x", "~/.config/tool/config.json"] {
            assert!(FileTarget::parse(valid).is_ok(), "{valid}");
        }
        for invalid in ["~", "~user/x", "x", "./x", "C:\\x"] {
            assert_eq!(
                FileTarget::parse(invalid),
                Err("file path must start with ~/ or /".to_owned()),
                "{invalid}"
            );
        }
        assert_eq!(FileTarget::parse("/a\0b"), Err("file path must not contain null bytes".to_owned()));
        assert!(FileTarget::parse(&format!("/{}", "a".repeat(4095))).is_ok());
        assert_eq!(
            FileTarget::parse(&format!("/{}", "a".repeat(4096))),
            Err("file path must not exceed 4096 bytes".to_owned())
        );
    }
}
