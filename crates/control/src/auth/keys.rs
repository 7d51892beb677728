//! API tokens, and session keys on request.

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

/// How long a token lives when nothing is said.
const DEFAULT_LIFETIME: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// The longest life of a token.
const MAX_LIFETIME: Duration = Duration::from_secs(366 * 24 * 60 * 60);
/// The longest name of a token, in characters.
const MAX_NAME: usize = 64;

/// A request for a token.
#[derive(Default)]
pub struct NewToken {
    /// Unique for the user; made up when empty.
    pub name: String,
    /// How long it lives; none for the default of 30 days.
    pub lifetime: Option<Duration>,
}

impl Control {
    /// Makes another session key for the caller.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for another user.
    pub async fn create_session_key(&self, caller: &Caller, user: &User) -> Result<IssuedKey> {
        require(caller.can_act_as(user))?;
        let mut write = self.database.write().await?;
        let issued = self.create_session(&mut write, user.id).await?;
        let resource = Resource::api_key(user.id, &issued.key.id);
        self.audit(&mut write, caller, Action::Create, resource, Diff::default()).await?;
        write.commit().await?;
        Ok(issued)
    }

    /// Makes a token for the caller.
    ///
    /// # Errors
    /// Broken rules by field; a conflict when the name is taken; [`Error::Forbidden`] for another user.
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
        let mut broken = Vec::new();
        let name =
            if request.name.is_empty() { self.random.alphanumeric(10)?.to_string() } else { request.name };
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if name.chars().count() > MAX_NAME || !name.chars().all(plain) {
            broken.push(FieldError::new(
                "token_name",
                format!(
                    "Token name must be at most {MAX_NAME} letters, digits, hyphens, dots and underscores."
                ),
            ));
        }
        let lifetime = request.lifetime.unwrap_or(DEFAULT_LIFETIME);
        if lifetime.is_zero() || lifetime > MAX_LIFETIME {
            broken.push(FieldError::new("lifetime", "Lifetime must be more than zero and at most one year."));
        }
        if broken.is_empty() { Ok((name, lifetime)) } else { Err(Error::invalid(broken)) }
    }

    /// A user's tokens, or all_users's; with the expired ones on request.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for whoever may not see them.
    pub async fn list_tokens(
        &self,
        caller: &Caller,
        user: &User,
        all_users: bool,
        with_expired: bool,
    ) -> Result<Vec<ApiKey>> {
        require(if all_users { caller.can_see_all_tokens() } else { caller.can_see_tokens_of(user) })?;
        let after = if with_expired { coder_model::Moment::from_micros(i64::MIN) } else { self.clock.now() };
        let whose = (!all_users).then_some(user.id);
        Ok(api_keys::list_tokens(&mut self.database.read().await?, whose, after).await?)
    }

    /// A user's key by its id, or their token by its name.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none, or the caller may not see it.
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

    /// Deletes a key. For its owner, and for owners and user admins.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none, or the caller may not see it.
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

    /// Expires a key at once; it stays in lists. For its owner, and for owners and user admins.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none, or the caller may not see it.
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
