//! Tokens: what a caller shows to be known. The plain text and what is stored of it are two types.

use std::{fmt, time::Duration};

use zeroize::Zeroizing;

use crate::{Moment, UserId};

/// Characters of a token's public id.
pub const ID_LENGTH: usize = 10;
/// Characters of a token's secret part: 22 of base 62 hold 130 bits.
pub const SECRET_LENGTH: usize = 22;

/// The public part of a user's token. Names the key; opens nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KeyId(String);

impl KeyId {
    /// Parses the ten characters.
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        (raw.len() == ID_LENGTH && is_alphanumeric(raw)).then(|| Self(raw.to_owned()))
    }

    /// The id as text.
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

/// A user's token in plain text, `<id>-<secret>`: shown once, stored nowhere on the server.
#[derive(Clone)]
pub struct PlainToken {
    /// Names the key.
    pub id: KeyId,
    secret: Zeroizing<String>,
}

impl PlainToken {
    /// A token of these parts, made by whoever has randomness.
    #[must_use]
    pub fn from_parts(id: KeyId, secret: Zeroizing<String>) -> Self {
        Self { id, secret }
    }

    /// Parses a token as a caller sent it.
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

    /// The whole token, for its owner.
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

/// SHA-256 of a token's secret part: what the database holds.
#[derive(Clone, PartialEq, Eq)]
pub struct HashedSecret(pub [u8; 32]);

impl fmt::Debug for HashedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HashedSecret(..)")
    }
}

/// How a key came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// By signing in; its expiry slides with use.
    Session,
    /// By `coder tokens create`; its expiry is fixed.
    Token,
}

impl KeyKind {
    /// The word used in JSON and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Session => "password",
            Self::Token => "token",
        }
    }

    /// The kind with that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Session, Self::Token].into_iter().find(|kind| kind.as_str() == word)
    }
}

/// What is known of a stored key. Its hash stays in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Names the key.
    pub id: KeyId,
    /// Whose it is.
    pub user: UserId,
    /// How it came to be.
    pub kind: KeyKind,
    /// Unique for the user; empty for sessions.
    pub name: String,
    /// How long it lives from creation (tokens) or from last use (sessions).
    pub lifetime: Duration,
    /// When it was made.
    pub created_at: Moment,
    /// When it was last changed.
    pub updated_at: Moment,
    /// When it was last used, to the hour.
    pub last_used: Moment,
    /// When it stops opening anything.
    pub expires_at: Moment,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_ten_and_twenty_two_characters() {
        let token = PlainToken::parse("abcdefghij-ABCDEFGHIJ0123456789xy").unwrap();
        assert_eq!(token.id.as_str(), "abcdefghij");
        assert_eq!(*token.expose(), "abcdefghij-ABCDEFGHIJ0123456789xy");
        assert_eq!(format!("{token:?}"), "PlainToken(abcdefghij-..)");
        for bad in [
            "",
            "abcdefghij",
            "abcdefghij-",
            "abcdefghi-ABCDEFGHIJ0123456789xyz",
            "abcdefghij-ABCDEFGHIJ01234567 9xy",
        ] {
            assert!(PlainToken::parse(bad).is_none(), "{bad}");
        }
    }
}
