//! Errors. No text here contains key material or plaintext.

use crate::Fingerprint;

/// Encryption or decryption failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The ring lacks the key that wrapped a data key.
    #[error("no encryption key with fingerprint {0} is configured")]
    UnknownKey(Fingerprint),
    /// The ciphertext was changed, moved to another row, or encrypted with another key of the same fingerprint.
    #[error("decryption failed: the ciphertext was changed or moved")]
    DecryptionFailed,
    /// The operating system's random generator or the cipher failed.
    #[error("the cipher is not available")]
    CipherUnavailable,
}

/// A key ring cannot be parsed or generated. Indexes count from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The text is empty.
    #[error("no keys provided")]
    NoKeys,
    /// A key is not base64.
    #[error("key at index {0} must be base64-encoded")]
    NotBase64(usize),
    /// A key is not 32 bytes long.
    #[error("key at index {0} must be exactly 32 bytes in length")]
    WrongLength(usize),
    /// Two keys have the same fingerprint.
    #[error("key at index {0} is the same as an earlier one")]
    Repeated(usize),
    /// The operating system's random generator failed.
    #[error("the operating system's random generator failed")]
    NoRandomness,
}
