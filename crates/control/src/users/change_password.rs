//! Changing a password.

use coder_model::{
    FieldError,
    user::{Password, User},
};
use coder_store::{api_keys, users};
use zeroize::Zeroizing;

use crate::{
    Caller, Control, Error, Result,
    audit::{Action, Diff, Resource},
    permissions::require,
};

impl Control {
    /// Changes a user's password and revokes all their sessions and tokens, except the caller's own. For the user
    /// themselves, with the old password, and without it for owners and user admins; that of an owner only for
    /// owners.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a new password that is not allowed or a wrong old one; [`Error::Forbidden`] for other
    /// callers; [`Error::Busy`].
    pub async fn change_password(
        &self,
        caller: &Caller,
        user: &User,
        old: Zeroizing<String>,
        new: Zeroizing<String>,
    ) -> Result<()> {
        let is_own = user.id == caller.id();
        require(caller.can_edit_account(user))?;
        let new = Password::parse(new).map_err(|detail| invalid_password(&detail))?;
        if is_own {
            let stored = users::password_hash(&mut self.database.read().await?, user.id).await?;
            if !self.password_hasher.verify(old, stored).await? {
                return Err(Error::invalid_field("old_password", "Old password is incorrect."));
            }
        }
        let hash = self.password_hasher.hash(&self.random, new).await?;
        let now = self.clock.now();
        let mut write = self.database.write().await?;
        users::set_password_hash(&mut write, user.id, &hash, now).await?;
        api_keys::delete_all(&mut write, user.id, is_own.then_some(&caller.key.id)).await?;
        self.audit(&mut write, caller, Action::Write, Resource::user(user), Diff::default().secret("password"))
            .await?;
        write.commit().await?;
        self.signals.session_revoked.notify_waiters();
        Ok(())
    }
}

pub(super) fn invalid_password(detail: &str) -> Error {
    Error::invalid_fields("Password is invalid", vec![FieldError::new("password", detail)])
}
