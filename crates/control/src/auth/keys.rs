//! API tokens and additional session keys.

use std::time::Duration;

use coder_model::{
    FieldError,
    token::{ApiKey, KeyId, KeyKind},
    user::User,
};
use coder_store::{WriteTransaction, api_keys};

use super::IssuedKey;
use crate::{
    Caller, Control, Error, Result,
    audit::{Action, Diff, Resource},
    permissions::{require, require_visible},
};

const DEFAULT_LIFETIME: Duration = Duration::from_secs(30 * 24 * 60 * 60);
const MAX_LIFETIME: Duration = Duration::from_secs(366 * 24 * 60 * 60);
/// Characters in a token's name.
const MAX_NAME: usize = 64;

#[derive(Default)]
pub struct NewToken {
    /// Unique among the user's tokens; generated when empty.
    pub name: String,
    /// Up to 366 days; 30 days when absent.
    pub lifetime: Option<Duration>,
}

impl Control {
    /// Creates another session key. For the user themselves.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for other callers.
    pub async fn create_session_key(&self, caller: &Caller, user: &User) -> Result<IssuedKey> {
        require(caller.can_act_as(user))?;
        let mut write = self.database.write().await?;
        let issued = self.create_session(&mut write, user.id).await?;
        let resource = Resource::api_key(user.id, &issued.key.id);
        self.audit(&mut write, caller, Action::Create, resource, Diff::default()).await?;
        write.commit().await?;
        Ok(issued)
    }

    /// Creates an API token. For the user themselves.
    ///
    /// # Errors
    /// [`Error::Invalid`] with every field error; [`Error::Conflict`] when the name is in use; [`Error::Forbidden`]
    /// for other callers.
    pub async fn create_token(&self, caller: &Caller, user: &User, request: NewToken) -> Result<IssuedKey> {
        require(caller.can_act_as(user))?;
        let (name, lifetime) = self.parse_token(request)?;
        let mut write = self.database.write().await?;
        let issued = self
            .issue_key(&mut write, user.id, KeyKind::Token, name, lifetime)
            .await
            .map_err(|error| Error::unique(error, "token_name", "A token with this name already exists."))?;
        let resource = Resource::api_key(user.id, &issued.key.id);
        let diff = Diff::default().field("name", "", issued.key.name.as_str());
        self.audit(&mut write, caller, Action::Create, resource, diff).await?;
        write.commit().await?;
        Ok(issued)
    }

    fn parse_token(&self, request: NewToken) -> Result<(String, Duration)> {
        let mut errors = Vec::new();
        let name =
            if request.name.is_empty() { self.random.alphanumeric(10)?.to_string() } else { request.name };
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if name.chars().count() > MAX_NAME || !name.chars().all(is_allowed) {
            errors.push(FieldError::new(
                "token_name",
                format!(
                    "Token name must be at most {MAX_NAME} letters, digits, hyphens, dots and underscores."
                ),
            ));
        }
        let lifetime = request.lifetime.unwrap_or(DEFAULT_LIFETIME);
        if lifetime.is_zero() || lifetime > MAX_LIFETIME {
            errors.push(FieldError::new("lifetime", "Lifetime must be more than zero and at most one year."));
        }
        if errors.is_empty() { Ok((name, lifetime)) } else { Err(Error::invalid(errors)) }
    }

    /// The tokens of `user`, or with `all_users` of everyone. For the user themselves, owners, user admins and
    /// auditors; those of everyone for owners and auditors.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for other callers.
    pub async fn list_tokens(
        &self,
        caller: &Caller,
        user: &User,
        all_users: bool,
        with_expired: bool,
    ) -> Result<Vec<ApiKey>> {
        require(if all_users { caller.can_see_all_tokens() } else { caller.can_see_tokens_of(user) })?;
        let after = if with_expired { coder_model::Moment::from_micros(i64::MIN) } else { self.clock.now() };
        let of_user = (!all_users).then_some(user.id);
        Ok(api_keys::list_tokens(&mut self.database.read().await?, of_user, after).await?)
    }

    /// A key by its id, or a token by its name. For the user themselves, owners and user admins.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none, and for other callers.
    pub async fn find_key(&self, caller: &Caller, user: &User, reference: &str) -> Result<ApiKey> {
        require_visible(caller.can_see_key_of(user))?;
        let by_id = match KeyId::parse(reference) {
            Some(id) => self.key_by_id(&id).await?.filter(|key| key.user == user.id),
            None => None,
        };
        match by_id {
            Some(key) => Ok(key),
            None => api_keys::find_by_name(&mut self.database.read().await?, user.id, reference)
                .await?
                .ok_or(Error::NotFound),
        }
    }

    /// Deletes a key. For the user themselves, owners and user admins; that of an owner only for owners.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none, and for callers who may not see it; [`Error::Forbidden`] for a user
    /// admin when `user` is an owner.
    pub async fn delete_key(&self, caller: &Caller, user: &User, reference: &str) -> Result<()> {
        let key = self.find_key(caller, user, reference).await?;
        require(caller.can_end_key_of(user))?;
        let mut write = self.database.write().await?;
        api_keys::delete(&mut write, &key.id).await?;
        self.audit_key_end(&mut write, caller, user, &key).await?;
        write.commit().await?;
        self.signals.session_revoked.notify_waiters();
        Ok(())
    }

    /// Expires a key at once; it stays in lists. For the same callers as [`Control::delete_key`].
    ///
    /// # Errors
    /// As [`Control::delete_key`].
    pub async fn expire_key(&self, caller: &Caller, user: &User, reference: &str) -> Result<()> {
        let key = self.find_key(caller, user, reference).await?;
        require(caller.can_end_key_of(user))?;
        let mut write = self.database.write().await?;
        api_keys::expire(&mut write, &key.id, self.clock.now()).await?;
        self.audit_key_end(&mut write, caller, user, &key).await?;
        write.commit().await?;
        self.signals.session_revoked.notify_waiters();
        Ok(())
    }

    async fn audit_key_end(
        &self,
        write: &mut WriteTransaction,
        caller: &Caller,
        user: &User,
        key: &ApiKey,
    ) -> Result<()> {
        self.audit(write, caller, Action::Delete, Resource::api_key(user.id, &key.id), Diff::default()).await
    }
}
