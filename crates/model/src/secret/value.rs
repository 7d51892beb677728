//! Secret values. Wiped when dropped; `Debug` does not print them, and they are not serialized.

use std::fmt;

use zeroize::Zeroizing;

use super::limits::MAX_VALUE_BYTES;

/// A secret's value: text of at most [`MAX_VALUE_BYTES`] bytes without null bytes. May be empty, which an update allows.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretValue(Zeroizing<String>);

impl SecretValue {
    /// Parses a value. The error never contains it.
    pub fn parse(raw: Zeroizing<String>) -> Result<Self, String> {
        if raw.contains('\0') {
            return Err("secret value must not contain null bytes".to_owned());
        }
        if raw.len() > MAX_VALUE_BYTES {
            return Err(format!("secret value must not exceed {MAX_VALUE_BYTES} bytes"));
        }
        Ok(Self(raw))
    }

    /// The plaintext. Each call is a place where a value could leak.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Length in bytes, which counts towards the limits.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the length is zero.
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
