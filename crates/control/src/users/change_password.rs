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
    /// Changes a user's password: their own by telling the old one, anybody's as a user administrator. All other
    /// sessions and tokens of the user end.
    ///
    /// # Errors
    /// Broken rules by field; [`Error::Forbidden`] for whoever may not.
    pub async fn change_password(
        &self,
        caller: &Caller,
        user: &User,
        old: Zeroizing<String>,
        new: Zeroizing<String>,
    ) -> Result<()> {
        let own = user.id == caller.id();
        require(caller.can_edit_account(user))?;
        let new = Password::parse(new).map_err(|detail| invalid_password(&detail))?;
        if own {
            let stored = users::password_hash(&mut self.database.read().await?, user.id).await?;
            if !self.password_hasher.verify(old, stored).await? {
                return Err(Error::invalid_field("old_password", "Old password is incorrect."));
            }
        }
        let hash = self.password_hasher.hash(&self.random, new).await?;
        let now = self.clock.now();
        let mut write = self.database.write().await?;
        users::set_password_hash(&mut write, user.id, &hash, now).await?;
        api_keys::delete_all(&mut write, user.id, own.then_some(&caller.key.id)).await?;
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
