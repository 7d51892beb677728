//! A user's own key: what their values are sealed with.

use std::fmt;

use coder_model::ciphertext::Sealed;
use zeroize::Zeroizing;

use crate::{
    AssociatedData, Error,
    cipher::{self, KEY_BYTES, KeyBytes},
};

/// A user's own key. Wiped when dropped; stored only wrapped.
pub struct DataKey(pub(crate) KeyBytes);

impl DataKey {
    /// A new key.
    ///
    /// # Errors
    /// When the operating system has no randomness.
    pub fn generate() -> Result<Self, Error> {
        cipher::random_key().map(Self)
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let bytes: [u8; KEY_BYTES] = bytes.try_into().map_err(|_| Error::DecryptionFailed)?;
        Ok(Self(Zeroizing::new(bytes)))
    }

    /// Seals `plain` for the place that `associated_data` names.
    ///
    /// # Errors
    /// When the operating system has no randomness.
    pub fn seal(&self, associated_data: AssociatedData, plain: &[u8]) -> Result<Sealed, Error> {
        cipher::seal(&self.0, &associated_data.to_bytes(), plain)
    }

    /// Opens what was sealed for exactly this place.
    ///
    /// # Errors
    /// [`Error::DecryptionFailed`] when it was changed, or belongs somewhere else.
    pub fn open(&self, associated_data: AssociatedData, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, Error> {
        cipher::open(&self.0, &associated_data.to_bytes(), sealed)
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey(..)")
    }
}
