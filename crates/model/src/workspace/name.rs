//! Names of workspaces and templates.

use std::fmt;

use crate::user::is_slug;

/// The longest name, in bytes (as in the reference; a DNS label allows 63).
const MAX_NAME_BYTES: usize = 32;

/// A workspace's or template's name: letters and digits with single hyphens between them. Comparison ignores case in the
/// database.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ResourceName(String);

impl ResourceName {
    /// Parses a name.
    pub fn parse(raw: &str) -> Result<Self, String> {
        if raw.is_empty() {
            Err("Name is required.".to_owned())
        } else if raw.len() > MAX_NAME_BYTES {
            Err(format!("Name must be at most {MAX_NAME_BYTES} characters."))
        } else if !is_slug(raw) {
            Err("Name must consist of letters and digits, with single hyphens between them.".to_owned())
        } else {
            Ok(Self(raw.to_owned()))
        }
    }

    /// As it was entered.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ResourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_slugs() {
        assert!(ResourceName::parse("dev-1").is_ok());
        for invalid in ["", "-", "a_b", "a.b", &"a".repeat(33)] {
            assert!(ResourceName::parse(invalid).is_err(), "{invalid}");
        }
    }
}
