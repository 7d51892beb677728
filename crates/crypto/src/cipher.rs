//! AES-256-GCM. Nonce and tag are stored apart from the ciphertext.

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    rand::{SecureRandom, SystemRandom},
};
use coder_model::ciphertext::Sealed;
use zeroize::Zeroizing;

use crate::Error;

/// Key length, in bytes.
pub(crate) const KEY_BYTES: usize = 32;

/// Wiped when dropped.
pub(crate) type KeyBytes = Zeroizing<[u8; KEY_BYTES]>;

/// From the operating system's random generator.
pub(crate) fn random_key() -> Result<KeyBytes, Error> {
    let mut bytes = Zeroizing::new([0; KEY_BYTES]);
    SystemRandom::new().fill(bytes.as_mut()).map_err(|_| Error::CipherUnavailable)?;
    Ok(bytes)
}

fn key(bytes: &KeyBytes) -> Result<LessSafeKey, Error> {
    UnboundKey::new(&AES_256_GCM, bytes.as_ref()).map(LessSafeKey::new).map_err(|_| Error::CipherUnavailable)
}

/// Encrypts with a random 96-bit nonce.
pub(crate) fn seal(key_bytes: &KeyBytes, associated_data: &[u8], plain: &[u8]) -> Result<Sealed, Error> {
    let mut nonce = [0; NONCE_LEN];
    SystemRandom::new().fill(&mut nonce).map_err(|_| Error::CipherUnavailable)?;
    let mut ciphertext = plain.to_vec();
    let tag = key(key_bytes)?
        .seal_in_place_separate_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(associated_data),
            &mut ciphertext,
        )
        .map_err(|_| Error::CipherUnavailable)?;
    let mut nonce_tag = nonce.to_vec();
    nonce_tag.extend_from_slice(tag.as_ref());
    Ok(Sealed { ciphertext, nonce_tag })
}

/// Authenticates and decrypts. The plaintext is wiped when dropped.
pub(crate) fn open(
    key_bytes: &KeyBytes,
    associated_data: &[u8],
    sealed: &Sealed,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let (nonce, tag) = sealed.nonce_tag.split_at_checked(NONCE_LEN).ok_or(Error::DecryptionFailed)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Error::DecryptionFailed)?;
    let mut plain = Zeroizing::new(vec![0; sealed.ciphertext.len()]);
    key(key_bytes)?
        .open_separate_gather(nonce, Aad::from(associated_data), &sealed.ciphertext, tag, &mut plain)
        .map_err(|_| Error::DecryptionFailed)?;
    Ok(plain)
}
