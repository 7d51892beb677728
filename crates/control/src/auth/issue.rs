//! New session keys and tokens.

use std::time::Duration;

use aws_lc_rs::digest;
use coder_model::{
    UserId,
    token::{ApiKey, HashedSecret, KeyKind, PlainToken},
};
use coder_store::{WriteTransaction, api_keys};

use crate::{Control, Result};

/// How long a session lives after its last use.
const SESSION_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// A new key, for the one answer that shows it.
pub struct IssuedKey {
    /// The token, in plain text.
    pub token: PlainToken,
    /// What is stored of it.
    pub key: ApiKey,
}

impl Control {
    /// Makes a session key for `user` in `write`.
    pub(super) async fn create_session(&self, write: &mut WriteTransaction, user: UserId) -> Result<IssuedKey> {
        self.issue_key(write, user, KeyKind::Session, String::new(), SESSION_LIFETIME).await
    }

    /// Makes a key in `write`.
    pub(super) async fn issue_key(
        &self,
        write: &mut WriteTransaction,
        user: UserId,
        kind: KeyKind,
        name: String,
        lifetime: Duration,
    ) -> Result<IssuedKey> {
        let now = self.clock.now();
        let token = self.random.token()?;
        let key = ApiKey {
            id: token.id.clone(),
            user,
            kind,
            name,
            lifetime,
            created_at: now,
            updated_at: now,
            last_used: now,
            expires_at: now.after(lifetime),
        };
        api_keys::insert(write, &key, &hash_secret(token.secret())).await?;
        Ok(IssuedKey { token, key })
    }
}

/// What is stored of a token. Plain SHA-256 is enough: the secret part has 130 random bits.
pub(crate) fn hash_secret(secret: &str) -> HashedSecret {
    let digest = digest::digest(&digest::SHA256, secret.as_bytes());
    let mut hash = [0; 32];
    for (to, from) in hash.iter_mut().zip(digest.as_ref()) {
        *to = *from;
    }
    HashedSecret(hash)
}
