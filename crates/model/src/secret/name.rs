//! Names of secrets.

use std::fmt;

/// The longest name, in bytes (user guide, Limits).
const MAX_BYTES: usize = 255;

/// A secret's name: case-sensitive, and one segment of a URL path.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SecretName(String);

impl SecretName {
    /// Parses a name.
    pub fn parse(raw: &str) -> Result<Self, String> {
        let error = if raw.trim().is_empty() {
            "Name is required."
        } else if raw.trim() != raw {
            "Name must not have leading or trailing whitespace."
        } else if raw.contains(['/', '?', '#']) {
            "Name must not contain /, ?, or #."
        } else if raw.contains(char::is_control) {
            "Name must not contain control characters."
        } else if raw == "." || raw == ".." {
            "Name must not be . or .., which a URL cannot carry."
        } else if raw.len() > MAX_BYTES {
            "Name must not exceed 255 bytes."
        } else {
            return Ok(Self(raw.to_owned()));
        };
        Err(error.to_owned())
    }

    /// As it was entered.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SecretName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::SecretName;

    #[test]
    fn names_are_one_url_segment_without_outer_whitespace() {
        for valid in ["api-key", "API_KEY", "two words", "50%", "ключ", "..."] {
            assert!(SecretName::parse(valid).is_ok(), "{valid}");
        }
        for (invalid, detail) in [
            ("", "Name is required."),
            (" \t", "Name is required."),
            (" a", "Name must not have leading or trailing whitespace."),
            ("a/b", "Name must not contain /, ?, or #."),
            ("a?b", "Name must not contain /, ?, or #."),
            ("a#b", "Name must not contain /, ?, or #."),
            ("a\u{1b}[31m", "Name must not contain control characters."),
            ("..", "Name must not be . or .., which a URL cannot carry."),
        ] {
            assert_eq!(SecretName::parse(invalid), Err(detail.to_owned()), "{invalid:?}");
        }
        assert!(SecretName::parse(&"n".repeat(255)).is_ok());
        assert_eq!(SecretName::parse(&"n".repeat(256)), Err("Name must not exceed 255 bytes.".to_owned()));
    }
}
