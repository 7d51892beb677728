//! Email addresses.

use std::fmt;

/// The longest address, in bytes (RFC 5321: a path has 256 with its brackets).
const MAX_BYTES: usize = 254;

/// An email address; comparison ignores case in the database.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

impl Email {
    /// Parses an address. Checks only its shape: no mail is sent.
    pub fn parse(raw: &str) -> Result<Self, String> {
        let shape = raw.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && !domain.is_empty() && !domain.contains('@') && !domain.starts_with('.')
        });
        if raw.is_empty() {
            Err("Email is required.".to_owned())
        } else if raw.len() > MAX_BYTES {
            Err(format!("Email must be at most {MAX_BYTES} bytes."))
        } else if !shape || raw.contains(|c: char| c.is_whitespace() || c.is_control()) {
            Err("Email must look like name@example.com.".to_owned())
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

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
