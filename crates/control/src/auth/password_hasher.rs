//! Hashes and verifies passwords on a bounded pool.

use std::sync::Arc;

use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _, password_hash::phc::PasswordHash};
use coder_model::user::Password;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::{Error, Result};

/// Hashes at a time: each takes 19 MiB and a core for about 50 ms.
const MAX_CONCURRENT: usize = 2;
/// Hashes that run or wait; more fail with [`Error::Busy`].
const MAX_QUEUED: usize = 64;

/// Verified when the user does not exist, so that timing does not reveal it. No password has this hash.
const DUMMY_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Runs argon2id off the request threads.
pub(crate) struct PasswordHasher {
    permits: Arc<Semaphore>,
    queue: Arc<Semaphore>,
}

impl PasswordHasher {
    pub(crate) fn new() -> Self {
        Self { permits: Arc::new(Semaphore::new(MAX_CONCURRENT)), queue: Arc::new(Semaphore::new(MAX_QUEUED)) }
    }

    pub(crate) async fn hash(&self, random: &crate::Random, password: Password) -> Result<String> {
        let salt = salt(random)?;
        self.run(move || hash(password.expose().as_bytes(), &salt)).await
    }

    /// Whether the password matches. Without a hash, false after the same work.
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
        let _queued = self.queue.clone().try_acquire_owned().map_err(|_| busy())?;
        let permit = self.permits.clone().acquire_owned().await.map_err(|_| busy())?;
        tokio::task::spawn_blocking(move || {
            let result = work();
            drop(permit);
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
    fn unknown_user_takes_as_long_as_wrong_password() {
        let cost = |hash: &str| {
            let parsed = PasswordHash::new(hash).unwrap();
            (parsed.algorithm, parsed.version, format!("{:?}", parsed.params))
        };
        assert_eq!(cost(DUMMY_HASH), cost(&hash(b"a password", &[7; 16]).unwrap()));
    }
}
