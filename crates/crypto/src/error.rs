//! What can go wrong. No text here ever carries key material or plain text.

use crate::Fingerprint;

/// Why something could not be sealed or opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The ring lacks the key that this was sealed with.
    #[error("no encryption key with fingerprint {0} is configured")]
    UnknownKey(Fingerprint),
    /// It was changed, or belongs somewhere else, or was sealed with another key of the same fingerprint.
    #[error("the sealed bytes do not open: they were changed or moved")]
    DecryptionFailed,
    /// The operating system gave no randomness, or the cipher refused to run.
    #[error("the cipher is not available")]
    CipherUnavailable,
}

/// Why a key ring cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// There is no key in the text.
    #[error("no keys provided")]
    NoKeys,
    /// A key is not base64.
    #[error("key at index {0} must be base64-encoded")]
    NotBase64(usize),
    /// A key has another length.
    #[error("key at index {0} must be exactly 32 bytes in length")]
    WrongLength(usize),
    /// Two keys have the same fingerprint.
    #[error("key at index {0} is the same as an earlier one")]
    Repeated(usize),
    /// The operating system gave no randomness.
    #[error("the operating system gave no randomness")]
    NoRandomness,
}
