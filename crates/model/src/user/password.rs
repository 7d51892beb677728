//! Passwords as plaintext. Wiped when dropped; `Debug` does not print them, and they are not serialized.

use std::fmt;

use zeroize::Zeroizing;

/// The shortest password, in characters (NIST SP 800-63B).
const MIN_CHARACTERS: usize = 8;
/// The longest password, in bytes: bounds the work of hashing it.
const MAX_BYTES: usize = 64;

/// A password that satisfies the rules for new ones.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

impl Password {
    /// Parses a new password.
    pub fn parse(raw: Zeroizing<String>) -> Result<Self, String> {
        if raw.is_empty() {
            return Err("Password is required.".to_owned());
        }
        if raw.chars().count() < MIN_CHARACTERS {
            return Err(format!("Password must be at least {MIN_CHARACTERS} characters."));
        }
        if raw.len() > MAX_BYTES {
            return Err(format!("Password must be no more than {MAX_BYTES} bytes."));
        }
        let mut characters = raw.chars();
        let first = characters.next();
        if characters.all(|character| Some(character) == first) {
            return Err("Password must not be one character repeated.".to_owned());
        }
        Ok(Self(raw))
    }

    /// The plaintext, for hashing.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_long_enough_and_not_one_character() {
        let parse = |text: &str| Password::parse(Zeroizing::new(text.to_owned()));
        assert!(parse("SomeSecurePassword!").is_ok());
        for bad in ["", "short", "aaaaaaaa", &"ab".repeat(33)] {
            assert!(parse(bad).is_err(), "{bad}");
        }
        assert_eq!(format!("{:?}", parse("hunter2hunter2").unwrap()), "Password(..)");
    }
}
