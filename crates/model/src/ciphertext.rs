//! Encrypted bytes as they are stored: opaque to everything but `coder_crypto`.

/// An encrypted value. The ciphertext is exactly as long as the plain text, so that stored bytes equal raw bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The encrypted bytes.
    pub ciphertext: Vec<u8>,
    /// The 12-byte nonce followed by the 16-byte tag.
    pub nonce_tag: Vec<u8>,
}

/// A user's data key, encrypted by a deployment key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedKey {
    /// Which deployment key opens it.
    pub key_fingerprint: String,
    /// The encrypted data key.
    pub sealed: Sealed,
}
