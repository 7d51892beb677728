//! A user's data key: encrypts their secret values and their agents' tokens.

use std::fmt;

use coder_model::ciphertext::Sealed;
use zeroize::Zeroizing;

use crate::{
    AssociatedData, Error,
    cipher::{self, KEY_BYTES, KeyBytes},
};

/// A user's data key. Wiped when dropped; stored only wrapped.
pub struct DataKey(pub(crate) KeyBytes);

impl DataKey {
    /// A random key.
    ///
    /// # Errors
    /// [`Error::CipherUnavailable`].
    pub fn generate() -> Result<Self, Error> {
        cipher::random_key().map(Self)
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let bytes: [u8; KEY_BYTES] = bytes.try_into().map_err(|_| Error::DecryptionFailed)?;
        Ok(Self(Zeroizing::new(bytes)))
    }

    /// Encrypts `plain`. The same associated data is needed to decrypt it.
    ///
    /// # Errors
    /// [`Error::CipherUnavailable`].
    pub fn seal(&self, associated_data: AssociatedData, plain: &[u8]) -> Result<Sealed, Error> {
        cipher::seal(&self.0, &associated_data.to_bytes(), plain)
    }

    /// Decrypts what was sealed with the same associated data.
    ///
    /// # Errors
    /// [`Error::DecryptionFailed`] when the ciphertext was changed, or sealed with another key or associated data.
    pub fn open(&self, associated_data: AssociatedData, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, Error> {
        cipher::open(&self.0, &associated_data.to_bytes(), sealed)
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey(..)")
    }
}
