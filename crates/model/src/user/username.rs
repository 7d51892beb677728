//! The name a user is addressed by.

use std::fmt;

/// The longest username, in bytes (as in the reference).
const MAX_BYTES: usize = 32;

/// Letters, digits and single inner hyphens; compared without case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Username(String);

impl Username {
    /// Parses a username as it came in.
    ///
    /// # Errors
    /// The broken rule, in the words shown to people.
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

    /// The username as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether `raw` is letters and digits with single hyphens between them.
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
    fn a_username_is_a_slug_and_not_me() {
        for good in ["a", "Ada-1", "x1-y2-z3"] {
            assert!(Username::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "-a", "a-", "a--b", "a b", "ä", "me", "ME", "a/b", &"a".repeat(33)] {
            assert!(Username::parse(bad).is_err(), "{bad}");
        }
    }
}
