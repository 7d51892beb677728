//! The deployment's keys: the primary one encrypts, all decrypt.

use std::fmt;

use aws_lc_rs::digest::{Context, SHA256};
use base64::{Engine, engine::general_purpose::STANDARD};
use coder_model::{UserId, ciphertext::WrappedKey};
use zeroize::Zeroizing;

use crate::{
    AssociatedData, DataKey, Error, KeyError,
    cipher::{self, KEY_BYTES, KeyBytes},
};

/// Identifies a key without revealing it: the first 7 hex digits of SHA-256 over `aes256gcm` and the key.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Fingerprint(String);

impl Fingerprint {
    fn of(key: &KeyBytes) -> Self {
        let mut context = Context::new(&SHA256);
        context.update(b"aes256gcm");
        context.update(key.as_ref());
        let hex: String = context.finish().as_ref().iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        Self(hex.chars().take(7).collect())
    }

    /// 7 lower-case hex digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

struct Key {
    fingerprint: Fingerprint,
    bytes: KeyBytes,
}

/// The deployment's keys, at least one. Wiped when dropped; `Debug` prints fingerprints only.
pub struct KeyRing {
    primary: Key,
    others: Vec<Key>,
}

impl KeyRing {
    /// Parses comma-separated keys, each 32 bytes in base64; the first is the primary key.
    ///
    /// # Errors
    /// [`KeyError`] with the index of the invalid key, never with the key.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let mut keys: Vec<Key> = Vec::new();
        for (index, encoded) in text.split(',').map(str::trim).enumerate() {
            if encoded.is_empty() && text.trim().is_empty() {
                return Err(KeyError::NoKeys);
            }
            let decoded = Zeroizing::new(STANDARD.decode(encoded).map_err(|_| KeyError::NotBase64(index))?);
            let bytes: [u8; KEY_BYTES] =
                decoded.as_slice().try_into().map_err(|_| KeyError::WrongLength(index))?;
            let bytes = Zeroizing::new(bytes);
            let fingerprint = Fingerprint::of(&bytes);
            if keys.iter().any(|key| key.fingerprint == fingerprint) {
                return Err(KeyError::Repeated(index));
            }
            keys.push(Key { fingerprint, bytes });
        }
        let mut keys = keys.into_iter();
        let primary = keys.next().ok_or(KeyError::NoKeys)?;
        Ok(Self { primary, others: keys.collect() })
    }

    /// A ring of one random key.
    ///
    /// # Errors
    /// [`KeyError::NoRandomness`].
    pub fn generate() -> Result<Self, KeyError> {
        let bytes = cipher::random_key().map_err(|_| KeyError::NoRandomness)?;
        Ok(Self { primary: Key { fingerprint: Fingerprint::of(&bytes), bytes }, others: Vec::new() })
    }

    /// The text that [`KeyRing::parse`] reads.
    #[must_use]
    pub fn encode(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(self.keys().count() * 45));
        for (index, key) in self.keys().enumerate() {
            if index > 0 {
                text.push(',');
            }
            STANDARD.encode_string(key.bytes.as_ref(), &mut text);
        }
        text
    }

    fn keys(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&self.primary).chain(&self.others)
    }

    /// The key that encrypts.
    #[must_use]
    pub fn primary(&self) -> &Fingerprint {
        &self.primary.fingerprint
    }

    /// Every key, the primary one first.
    pub fn fingerprints(&self) -> impl Iterator<Item = &Fingerprint> {
        self.keys().map(|key| &key.fingerprint)
    }

    /// Whether the ring can decrypt what the key with this fingerprint encrypted.
    #[must_use]
    pub fn contains(&self, fingerprint: &str) -> bool {
        self.keys().any(|key| key.fingerprint.as_str() == fingerprint)
    }

    /// Encrypts a user's data key with the primary key.
    ///
    /// # Errors
    /// [`Error::CipherUnavailable`].
    pub fn wrap(&self, owner: UserId, data_key: &DataKey) -> Result<WrappedKey, Error> {
        let sealed =
            cipher::seal(&self.primary.bytes, &AssociatedData::wrapped_key(owner), data_key.0.as_ref())?;
        Ok(WrappedKey { key_fingerprint: self.primary.fingerprint.0.clone(), sealed })
    }

    /// Decrypts a user's data key with the key that wrapped it.
    ///
    /// # Errors
    /// [`Error::UnknownKey`] when the ring lacks that key, [`Error::DecryptionFailed`] when it is not this user's.
    pub fn unwrap(&self, owner: UserId, wrapped: &WrappedKey) -> Result<DataKey, Error> {
        let key = self
            .keys()
            .find(|key| key.fingerprint.0 == wrapped.key_fingerprint)
            .ok_or_else(|| Error::UnknownKey(Fingerprint(wrapped.key_fingerprint.clone())))?;
        let bytes = cipher::open(&key.bytes, &AssociatedData::wrapped_key(owner), &wrapped.sealed)?;
        DataKey::from_bytes(&bytes)
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.fingerprints()).finish()
    }
}
