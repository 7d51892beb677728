//! The file that a secret is delivered as.

use std::fmt;

/// The longest path, in bytes (Linux `PATH_MAX`).
const MAX_BYTES: usize = 4096;

/// A path as its owner wrote it, starting with `~/` or `/`. What it means is decided in the workspace.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileTarget(String);

impl FileTarget {
    /// Parses a path as it came in. Empty is not a path: callers treat it as "no target" first.
    ///
    /// # Errors
    /// The broken rule, in the words shown to people.
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

    /// The path as text.
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
    fn a_path_starts_at_home_or_at_the_root() {
        for good in ["/", "~/x", "/etc/../x", "~/.config/tool/config.json"] {
            assert!(FileTarget::parse(good).is_ok(), "{good}");
        }
        for bad in ["~", "~user/x", "x", "./x", "C:\\x"] {
            assert_eq!(FileTarget::parse(bad), Err("file path must start with ~/ or /".to_owned()), "{bad}");
        }
        assert_eq!(FileTarget::parse("/a\0b"), Err("file path must not contain null bytes".to_owned()));
        assert!(FileTarget::parse(&format!("/{}", "a".repeat(4095))).is_ok());
        assert_eq!(
            FileTarget::parse(&format!("/{}", "a".repeat(4096))),
            Err("file path must not exceed 4096 bytes".to_owned())
        );
    }
}
