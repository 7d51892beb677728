//! New session keys and tokens.

use std::time::Duration;

use aws_lc_rs::digest;
use coder_model::{
    UserId,
    token::{ApiKey, HashedSecret, KeyKind, PlainToken},
};
use coder_store::{WriteTransaction, api_keys};

use crate::{Control, Result};

/// Lifetime of a session after its last use.
const SESSION_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// A new key with its token, which is shown once.
pub struct IssuedKey {
    pub token: PlainToken,
    pub key: ApiKey,
}

impl Control {
    /// Creates a session key.
    pub(super) async fn create_session(&self, write: &mut WriteTransaction, user: UserId) -> Result<IssuedKey> {
        self.issue_key(write, user, KeyKind::Session, String::new(), SESSION_LIFETIME).await
    }

    /// Creates a key.
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

/// The stored form of a token. Plain SHA-256 is enough: the secret part has at least 130 random bits.
pub(crate) fn hash_secret(secret: &str) -> HashedSecret {
    let digest = digest::digest(&digest::SHA256, secret.as_bytes());
    let mut hash = [0; 32];
    for (to, from) in hash.iter_mut().zip(digest.as_ref()) {
        *to = *from;
    }
    HashedSecret(hash)
}
