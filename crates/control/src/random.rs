//! The only source of randomness and of identifiers.

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use coder_model::{
    Moment,
    token::{ID_LENGTH, KeyId, PlainToken, SECRET_LENGTH},
};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{Error, Result};

const ALPHANUMERIC: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Random bytes of the operating system, and what is made of them. Every call fails with [`Error::Internal`] when
/// there are none.
#[derive(Debug, Clone, Default)]
pub struct Random(());

impl Random {
    pub fn fill(&self, bytes: &mut [u8]) -> Result<()> {
        SystemRandom::new()
            .fill(bytes)
            .map_err(|_| Error::internal("the operating system returned no randomness"))
    }

    /// A UUID of version 7: later ones sort later, which keeps indexes compact.
    pub fn id(&self, now: Moment) -> Result<Uuid> {
        let mut random = [0; 10];
        self.fill(&mut random)?;
        let millis = u64::try_from(now.micros() / 1000).unwrap_or(0);
        Ok(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }

    /// A new user token.
    pub fn token(&self) -> Result<PlainToken> {
        let id = self.alphanumeric(ID_LENGTH)?;
        let id = KeyId::parse(&id).ok_or_else(|| Error::internal("a generated key id is malformed"))?;
        Ok(PlainToken::from_parts(id, self.alphanumeric(SECRET_LENGTH)?))
    }

    /// `length` ASCII letters and digits, each equally likely.
    pub fn alphanumeric(&self, length: usize) -> Result<Zeroizing<String>> {
        let mut text = Zeroizing::new(String::with_capacity(length));
        let mut bytes = Zeroizing::new([0_u8; 64]);
        while text.len() < length {
            self.fill(bytes.as_mut())?;
            // Six bits give 64 values; rejecting the two beyond the alphabet keeps its characters equally likely.
            let characters = bytes.iter().filter_map(|byte| ALPHANUMERIC.get(usize::from(byte & 63)));
            let missing = length - text.len();
            text.extend(characters.take(missing).map(|byte| char::from(*byte)));
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_parse_and_are_unique() {
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
