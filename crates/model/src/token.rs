//! Tokens of users and agents, `<id>-<secret>`. The plaintext and what is stored of it are different types.

use std::{fmt, time::Duration};

use zeroize::Zeroizing;

use crate::{Moment, UserId};

/// Length of a token's public id, in characters.
pub const ID_LENGTH: usize = 10;
/// Length of a token's secret part, in characters: 22 of base 62 have 130 bits.
pub const SECRET_LENGTH: usize = 22;

/// The public part of a token. Identifies the key; does not authenticate.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KeyId(String);

impl KeyId {
    /// Parses ten ASCII letters and digits.
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        (raw.len() == ID_LENGTH && is_alphanumeric(raw)).then(|| Self(raw.to_owned()))
    }

    /// Ten ASCII letters and digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A token in plaintext. Shown once, and not stored on the server.
#[derive(Clone)]
pub struct PlainToken {
    /// The public part.
    pub id: KeyId,
    secret: Zeroizing<String>,
}

impl PlainToken {
    /// From generated parts; the caller has the random generator.
    #[must_use]
    pub fn from_parts(id: KeyId, secret: Zeroizing<String>) -> Self {
        Self { id, secret }
    }

    /// Parses a token of a request.
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        let (id, secret) = raw.split_once('-')?;
        let id = KeyId::parse(id)?;
        (secret.len() == SECRET_LENGTH && is_alphanumeric(secret))
            .then(|| Self { id, secret: Zeroizing::new(secret.to_owned()) })
    }

    /// The secret part, for hashing.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// The whole token, for the response that shows it.
    #[must_use]
    pub fn expose(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("{}-{}", self.id, *self.secret))
    }
}

impl fmt::Debug for PlainToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PlainToken({}-..)", self.id)
    }
}

fn is_alphanumeric(raw: &str) -> bool {
    raw.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// SHA-256 of a token's secret part, as stored.
#[derive(Clone, PartialEq, Eq)]
pub struct HashedSecret(pub [u8; 32]);

impl fmt::Debug for HashedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HashedSecret(..)")
    }
}

/// How a key was created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// By login. Use extends it.
    Session,
    /// By `coder tokens create`. Use does not extend it.
    Token,
}

impl KeyKind {
    /// The string value in JSON and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Session => "password",
            Self::Token => "token",
        }
    }

    /// Parses a string value.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Session, Self::Token].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A stored key, without its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// The public part of its token.
    pub id: KeyId,
    /// The user whom it authenticates.
    pub user: UserId,
    /// Session or token.
    pub kind: KeyKind,
    /// Unique among the user's keys; empty for sessions.
    pub name: String,
    /// From creation (tokens) or from last use (sessions).
    pub lifetime: Duration,
    /// Creation time.
    pub created_at: Moment,
    /// Time of the last change, including use.
    pub updated_at: Moment,
    /// Time of the last use, updated at most once an hour.
    pub last_used: Moment,
    /// The key is rejected from then on.
    pub expires_at: Moment,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_ten_and_twenty_two_characters() {
        let token = PlainToken::parse("abcdefghij-ABCDEFGHIJ0123456789xy").unwrap();
        assert_eq!(token.id.as_str(), "abcdefghij");
        assert_eq!(*token.expose(), "abcdefghij-ABCDEFGHIJ0123456789xy");
        assert_eq!(format!("{token:?}"), "PlainToken(abcdefghij-..)");
        for invalid in [
            "",
            "abcdefghij",
            "abcdefghij-",
            "abcdefghi-ABCDEFGHIJ0123456789xyz",
            "abcdefghij-ABCDEFGHIJ01234567 9xy",
        ] {
            assert!(PlainToken::parse(invalid).is_none(), "{invalid}");
        }
    }
}
