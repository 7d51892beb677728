//! The one source of randomness and of identifiers.

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use coder_model::{
    Moment,
    token::{ID_LENGTH, KeyId, PlainToken, SECRET_LENGTH},
};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{Error, Result};

/// The alphabet of tokens.
const ALPHANUMERIC: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The one source of randomness and of identifiers: the operating system's.
#[derive(Debug, Clone, Default)]
pub struct Random(());

impl Random {
    /// Fills `bytes`.
    ///
    /// # Errors
    /// When the operating system has no randomness; then nothing secret may be made.
    pub fn fill(&self, bytes: &mut [u8]) -> Result<()> {
        SystemRandom::new()
            .fill(bytes)
            .map_err(|_| Error::internal("the operating system returned no randomness"))
    }

    /// A new identifier. Those made later sort later, which keeps indexes compact.
    ///
    /// # Errors
    /// When the operating system has no randomness.
    pub fn id(&self, now: Moment) -> Result<Uuid> {
        let mut random = [0; 10];
        self.fill(&mut random)?;
        let millis = u64::try_from(now.micros() / 1000).unwrap_or(0);
        Ok(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }

    /// A new token for a user.
    ///
    /// # Errors
    /// When the operating system has no randomness.
    pub fn token(&self) -> Result<PlainToken> {
        let id = self.alphanumeric(ID_LENGTH)?;
        let id = KeyId::parse(&id).ok_or_else(|| Error::internal("a generated key id is malformed"))?;
        Ok(PlainToken::from_parts(id, self.alphanumeric(SECRET_LENGTH)?))
    }

    /// Text of `length` letters and digits, each equally likely.
    ///
    /// # Errors
    /// When the operating system has no randomness.
    pub fn alphanumeric(&self, length: usize) -> Result<Zeroizing<String>> {
        let mut text = Zeroizing::new(String::with_capacity(length));
        let mut bytes = Zeroizing::new([0_u8; 64]);
        while text.len() < length {
            self.fill(bytes.as_mut())?;
            // 62 of 64: rejecting the rest keeps every letter equally likely.
            let letters = bytes.iter().filter_map(|byte| ALPHANUMERIC.get(usize::from(byte & 63)));
            let missing = length - text.len();
            text.extend(letters.take(missing).map(|letter| char::from(*letter)));
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_have_their_shape_and_differ() {
        let random = Random::default();
        let (one, two) = (random.token().unwrap(), random.token().unwrap());
        assert!(PlainToken::parse(&one.expose()).is_some());
        assert_ne!(*one.expose(), *two.expose());
    }

    #[test]
    fn later_identifiers_sort_later() {
        let random = Random::default();
        let early = random.id(Moment::from_micros(1_000_000_000)).unwrap();
        let late = random.id(Moment::from_micros(1_000_002_000)).unwrap();
        assert!(early < late);
    }
}
