//! Hashing and checking passwords on a bounded pool.

use std::sync::Arc;

use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _, password_hash::phc::PasswordHash};
use coder_model::user::Password;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::{Error, Result};

/// Hashes at once: each takes 19 MiB and a core for 50 ms.
const MAX_CONCURRENT: usize = 2;
/// Hashes that may wait for their turn; more are turned away.
const QUEUE: usize = 64;

/// A hash that belongs to no password, with the cost of the real ones: checked against when there is no such user, so that
/// both cases take as long.
const DUMMY_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Hashes and checks password_hasher with argon2id, a few at a time, off the request threads.
pub(crate) struct PasswordHasher {
    turns: Arc<Semaphore>,
    queue: Arc<Semaphore>,
}

impl PasswordHasher {
    /// Makes the pool ready.
    pub(crate) fn new() -> Self {
        Self { turns: Arc::new(Semaphore::new(MAX_CONCURRENT)), queue: Arc::new(Semaphore::new(QUEUE)) }
    }

    /// The hash to store.
    pub(crate) async fn hash(&self, random: &crate::Random, password: Password) -> Result<String> {
        let salt = salt(random)?;
        self.run(move || hash(password.expose().as_bytes(), &salt)).await
    }

    /// Whether the password is the hash's. Without a hash the answer is no, after the same work.
    pub(crate) async fn verify(&self, password: Zeroizing<String>, stored: Option<String>) -> Result<bool> {
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| DUMMY_HASH.to_owned());
        self.run(move || {
            let parsed = PasswordHash::new(&stored)
                .map_err(|_| Error::internal("a stored password hash is malformed"))?;
            Ok(Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok() && known)
        })
        .await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let busy = || Error::Busy { message: "Too many sign-ins at once. Try again in a moment.".to_owned() };
        let _place = self.queue.clone().try_acquire_owned().map_err(|_| busy())?;
        let turn = self.turns.clone().acquire_owned().await.map_err(|_| busy())?;
        tokio::task::spawn_blocking(move || {
            let result = work();
            drop(turn);
            result
        })
        .await
        .map_err(|_| Error::internal("hashing a password panicked"))?
    }
}

fn salt(random: &crate::Random) -> Result<[u8; 16]> {
    let mut salt = [0; 16];
    random.fill(&mut salt)?;
    Ok(salt)
}

fn hash(password: &[u8], salt: &[u8]) -> Result<String> {
    Argon2::default()
        .hash_password_with_salt(password, salt)
        .map(|hash| hash.to_string())
        .map_err(|_| Error::internal("argon2 failed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_costs_as_much_as_anybody() {
        let cost = |hash: &str| {
            let parsed = PasswordHash::new(hash).unwrap();
            (parsed.algorithm, parsed.version, format!("{:?}", parsed.params))
        };
        assert_eq!(cost(DUMMY_HASH), cost(&hash(b"a password", &[7; 16]).unwrap()));
    }
}
