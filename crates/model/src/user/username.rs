//! Usernames.

use std::fmt;

/// The longest username, in bytes (as in the reference; a DNS label allows 63).
const MAX_BYTES: usize = 32;

/// Letters and digits with single hyphens between them; comparison ignores case in the database.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Username(String);

impl Username {
    /// Parses a username.
    pub fn parse(raw: &str) -> Result<Self, String> {
        if raw.is_empty() {
            return Err("Username is required.".to_owned());
        }
        if raw.len() > MAX_BYTES {
            return Err(format!("Username must be at most {MAX_BYTES} characters."));
        }
        if !is_slug(raw) {
            return Err(
                "Username must consist of letters and digits, with single hyphens between them.".to_owned()
            );
        }
        if raw.eq_ignore_ascii_case("me") {
            return Err("Username must not be \"me\", which stands for whoever is asking.".to_owned());
        }
        Ok(Self(raw.to_owned()))
    }

    /// As it was entered.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether `raw` consists of ASCII letters and digits with single hyphens between them.
pub(crate) fn is_slug(raw: &str) -> bool {
    raw.split('-').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Username;

    #[test]
    fn usernames_are_slugs_other_than_me() {
        for valid in ["a", "Ada-1", "x1-y2-z3"] {
            assert!(Username::parse(valid).is_ok(), "{valid}");
        }
        for invalid in ["", "-a", "a-", "a--b", "a b", "ä", "me", "ME", "a/b", &"a".repeat(33)] {
            assert!(Username::parse(invalid).is_err(), "{invalid}");
        }
    }
}
