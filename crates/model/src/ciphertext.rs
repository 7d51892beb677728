//! Ciphertexts as they are stored. Only `coder_crypto` creates and decrypts them.

/// An encrypted value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Exactly as long as the plaintext, so that limits on stored bytes are limits on values.
    pub ciphertext: Vec<u8>,
    /// The 12-byte nonce followed by the 16-byte tag.
    pub nonce_tag: Vec<u8>,
}

/// A user's data key, encrypted by a deployment key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedKey {
    /// The deployment key that decrypts it.
    pub key_fingerprint: String,
    /// The encrypted data key.
    pub sealed: Sealed,
}
