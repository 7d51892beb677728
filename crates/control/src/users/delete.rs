//! Deleting users.

use coder_model::user::User;
use coder_store::{api_keys, data_keys, secrets, users};

use crate::{
    Caller, Control, Error, Result,
    audit::{Action, Diff, Resource},
    permissions::require,
};

impl Control {
    /// Deletes a user with their keys, secrets and data key. For owners and user admins; an owner only for owners.
    ///
    /// # Errors
    /// [`Error::Invalid`] for the caller themselves and the last owner; [`Error::Conflict`] while the user owns
    /// workspaces; [`Error::Forbidden`] for other callers.
    pub async fn delete_user(&self, caller: &Caller, user: &User) -> Result<()> {
        require(caller.can_manage_user(user))?;
        if user.id == caller.id() {
            return Err(Error::bad_request("You cannot delete yourself.", "Ask another administrator."));
        }
        let mut write = self.database.write().await?;
        users::lock(&mut write, user.id).await?;
        self.require_another_owner(&mut write, user).await?;
        if users::has_workspaces(&mut write, user.id).await? {
            return Err(Error::conflict(
                "The user still owns workspaces.",
                "Delete the user's workspaces first.",
            ));
        }
        api_keys::delete_all(&mut write, user.id, None).await?;
        secrets::delete_all(&mut write, user.id).await?;
        data_keys::delete(&mut write, user.id).await?;
        users::delete(&mut write, user.id, self.clock.now()).await?;
        self.audit(&mut write, caller, Action::Delete, Resource::user(user), Diff::default()).await?;
        write.commit().await?;
        self.signals.session_revoked.notify_waiters();
        Ok(())
    }
}
