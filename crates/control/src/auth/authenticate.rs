//! From a token to a [`Caller`].

use std::time::Duration;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use coder_model::{
    Moment,
    token::{ApiKey, KeyId, KeyKind, PlainToken},
    user::{User, UserStatus},
};
use coder_store::{api_keys, users};

use super::hash_secret;
use crate::{Caller, Control, Error, RequestInfo, Result};

/// How often use is written down: more often would make every read a write.
const REFRESH_EVERY: Duration = Duration::from_secs(60 * 60);

impl Control {
    /// Who shows this token. Nothing else in this crate makes a [`Caller`].
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when the token is absent, malformed, unknown, expired or its user suspended.
    pub async fn authenticate(&self, token: Option<&str>, request_info: RequestInfo) -> Result<Caller> {
        let token = token.ok_or_else(|| {
            unauthenticated(
                "Cookie \"coder_session_token\" or header \"Coder-Session-Token\" must be provided.",
            )
        })?;
        let token = PlainToken::parse(token).ok_or_else(|| {
            unauthenticated("Invalid API key format: expected <10-character id>-<22-character secret>.")
        })?;
        let found = api_keys::find_with_user(&mut self.database.read().await?, &token.id).await?;
        let (key, hash, user) = found.ok_or_else(|| unauthenticated("API key is invalid."))?;
        if verify_slices_are_equal(&hash_secret(token.secret()).0, &hash.0).is_err() {
            return Err(unauthenticated("API key secret is invalid."));
        }
        self.check_key(key, user, request_info).await
    }

    /// Lets the holder of a key in, whose secret was checked.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when the key is expired or its user suspended.
    pub(super) async fn check_key(&self, key: ApiKey, user: User, request_info: RequestInfo) -> Result<Caller> {
        let now = self.clock.now();
        if key.expires_at <= now {
            return Err(unauthenticated(format!("API key expired at \"{}\".", key.expires_at)));
        }
        if user.status == UserStatus::Suspended {
            return Err(Error::unauthenticated(
                "User is not active (status = \"suspended\"). Contact an admin to reactivate your account.",
                "",
            ));
        }
        if user.status == UserStatus::Dormant || now.since(key.last_used) >= REFRESH_EVERY {
            self.record_key_use(&key, now).await?;
        }
        Ok(Caller { user, key, request_info })
    }

    /// Whether the key that was shown at the start of something long would still be let in.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_session_valid(&self, caller: &Caller) -> Result<bool> {
        let found = api_keys::find_with_user(&mut self.database.read().await?, &caller.key.id).await?;
        Ok(found.is_some_and(|(key, _, user)| {
            key.expires_at > self.clock.now() && user.status != UserStatus::Suspended
        }))
    }

    /// Writes down that a key and its user were here; a session's end moves on.
    async fn record_key_use(&self, key: &ApiKey, now: Moment) -> Result<()> {
        let expires_at = match key.kind {
            KeyKind::Session => now.after(key.lifetime),
            KeyKind::Token => key.expires_at,
        };
        let mut write = self.database.write().await?;
        api_keys::record_use(&mut write, &key.id, now, expires_at).await?;
        users::record_seen(&mut write, key.user, now).await?;
        Ok(write.commit().await?)
    }

    /// The key with this id.
    pub(crate) async fn key_by_id(&self, id: &KeyId) -> Result<Option<ApiKey>> {
        Ok(api_keys::find(&mut self.database.read().await?, id).await?)
    }
}

fn unauthenticated(detail: impl Into<String>) -> Error {
    Error::unauthenticated(
        "You are signed out or your session has expired. Please sign in again to continue.",
        detail,
    )
}
