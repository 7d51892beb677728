//! From a token to a [`Caller`], and from a reference in a URL to a user.

use std::time::Duration;

use aws_lc_rs::{constant_time::verify_slices_are_equal, digest};
use coder_model::{
    Moment, UserId,
    token::{ApiKey, HashedSecret, KeyId, KeyKind, PlainToken},
    user::{Role, User, UserStatus},
};
use coder_store::{api_keys, users};
use uuid::Uuid;

use crate::{Caller, Control, Error, Origin, Result};

/// How long a session lives after its last use.
const SESSION_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);
/// How often use is written down: more often would make every read a write.
const REFRESH_EVERY: Duration = Duration::from_secs(60 * 60);

/// Roles that see every user.
pub(super) const SEE_USERS: &[Role] = &[Role::Owner, Role::UserAdmin, Role::TemplateAdmin, Role::Auditor];

/// A new key, for the one answer that shows it.
pub struct Session {
    /// The token, in plain text.
    pub token: PlainToken,
    /// What is stored of it.
    pub key: ApiKey,
}

impl Control {
    /// Who shows this token. Nothing else in this crate makes a [`Caller`].
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when the token is absent, malformed, unknown, expired or its user suspended.
    pub async fn authenticate(&self, token: Option<&str>, origin: Origin) -> Result<Caller> {
        let token = token.ok_or_else(|| {
            signed_out("Cookie \"coder_session_token\" or header \"Coder-Session-Token\" must be provided.")
        })?;
        let token = PlainToken::parse(token).ok_or_else(|| {
            signed_out("Invalid API key format: expected <10-character id>-<22-character secret>.")
        })?;
        let found = api_keys::find_with_user(&mut self.database.read().await?, &token.id).await?;
        let (key, hash, user) = found.ok_or_else(|| signed_out("API key is invalid."))?;
        if verify_slices_are_equal(&hash_secret(token.secret()).0, &hash.0).is_err() {
            return Err(signed_out("API key secret is invalid."));
        }
        self.admit(key, user, origin).await
    }

    /// Lets the holder of a key in, whose secret was checked.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when the key is expired or its user suspended.
    pub(super) async fn admit(&self, key: ApiKey, user: User, origin: Origin) -> Result<Caller> {
        let now = self.clock.now();
        if key.expires_at <= now {
            return Err(signed_out(format!("API key expired at \"{}\".", key.expires_at)));
        }
        if user.status == UserStatus::Suspended {
            return Err(Error::Unauthenticated {
                message:
                    "User is not active (status = \"suspended\"). Contact an admin to reactivate your account."
                        .to_owned(),
                detail: String::new(),
            });
        }
        if user.status == UserStatus::Dormant || now.since(key.last_used) >= REFRESH_EVERY {
            self.note_use(&key, now).await?;
        }
        Ok(Caller { user, key, origin })
    }

    /// Whether the key that was shown at the start of something long would still be let in.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_still_signed_in(&self, caller: &Caller) -> Result<bool> {
        let found = api_keys::find_with_user(&mut self.database.read().await?, &caller.key.id).await?;
        Ok(found.is_some_and(|(key, _, user)| {
            key.expires_at > self.clock.now() && user.status != UserStatus::Suspended
        }))
    }

    /// Writes down that a key and its user were here; a session's end moves on.
    async fn note_use(&self, key: &ApiKey, now: Moment) -> Result<()> {
        let expires_at = match key.kind {
            KeyKind::Session => now.after(key.lifetime),
            KeyKind::Token => key.expires_at,
        };
        let mut write = self.database.write().await?;
        api_keys::used(&mut write, &key.id, now, expires_at).await?;
        users::seen(&mut write, key.user, now).await?;
        Ok(write.commit().await?)
    }

    /// Makes a session key for `user` in `write`.
    pub(super) async fn open_session(&self, write: &mut coder_store::Write, user: UserId) -> Result<Session> {
        self.make_key(write, user, KeyKind::Session, String::new(), SESSION_LIFETIME).await
    }

    /// Makes a key in `write`.
    pub(super) async fn make_key(
        &self,
        write: &mut coder_store::Write,
        user: UserId,
        kind: KeyKind,
        name: String,
        lifetime: Duration,
    ) -> Result<Session> {
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
        Ok(Session { token, key })
    }

    /// The user that a URL names: `me`, an id or a username.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none, or the caller may not see them.
    pub async fn user_by_ref(&self, caller: &Caller, reference: &str) -> Result<User> {
        if reference == "me" {
            return Ok(caller.user.clone());
        }
        let mut read = self.database.read().await?;
        let found = match Uuid::try_parse(reference) {
            Ok(id) => users::find(&mut read, id.into()).await?,
            Err(_) => users::find_by_username(&mut read, reference).await?,
        };
        found.filter(|user| user.id == caller.id() || caller.has_any(SEE_USERS)).ok_or(Error::NotFound)
    }

    /// The key with this id.
    pub(crate) async fn key_by_id(&self, id: &KeyId) -> Result<Option<ApiKey>> {
        Ok(api_keys::find(&mut self.database.read().await?, id).await?)
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

fn signed_out(detail: impl Into<String>) -> Error {
    Error::Unauthenticated {
        message: "You are signed out or your session has expired. Please sign in again to continue.".to_owned(),
        detail: detail.into(),
    }
}
