//! Authenticates a token.

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

/// How often use of a key is recorded: more often would make every request a write.
const RECORD_INTERVAL: Duration = Duration::from_secs(60 * 60);

impl Control {
    /// The caller with this token. For everyone.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when the token is absent, malformed, unknown or expired, or its user is suspended.
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

    /// The caller with this key, whose secret is verified already. Only this makes a [`Caller`].
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
        if user.status == UserStatus::Dormant || now.since(key.last_used) >= RECORD_INTERVAL {
            self.record_key_use(&key, now).await?;
        }
        Ok(Caller { user, key, request_info })
    }

    /// Whether the caller's key would still authenticate. For the server's long-lived connections.
    pub async fn is_session_valid(&self, caller: &Caller) -> Result<bool> {
        let found = api_keys::find_with_user(&mut self.database.read().await?, &caller.key.id).await?;
        Ok(found.is_some_and(|(key, _, user)| {
            key.expires_at > self.clock.now() && user.status != UserStatus::Suspended
        }))
    }

    /// Records that the key was used and its user seen; extends a session.
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
