//! The sensitive content. Wiped from memory when dropped; never printed, never serialised.

use std::fmt;

use zeroize::Zeroizing;

use super::limits::MAX_VALUE_BYTES;

/// A secret's value: text of at most [`MAX_VALUE_BYTES`] bytes without NUL. May be empty: an update can
/// clear a value.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretValue(Zeroizing<String>);

impl SecretValue {
    /// Parses a value as it came in.
    ///
    /// # Errors
    /// The broken rule, in the words shown to people; never the value.
    pub fn parse(raw: Zeroizing<String>) -> Result<Self, String> {
        if raw.contains('\0') {
            return Err("secret value must not contain null bytes".to_owned());
        }
        if raw.len() > MAX_VALUE_BYTES {
            return Err(format!("secret value must not exceed {MAX_VALUE_BYTES} bytes"));
        }
        Ok(Self(raw))
    }

    /// The plain text. Every call is a place where a value could leak: keep them few.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Size in bytes, as it counts towards the caps.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the value is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for SecretValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretValue(..)")
    }
}
