//! Suspending and activating users.

use coder_model::user::{Role, User, UserStatus};
use coder_store::{api_keys, users};

use crate::{
    Caller, Control, Error, Result,
    audit::{Action, Diff, Resource},
    permissions::require,
};

impl Control {
    /// Suspends a user, which revokes their sessions and tokens, or activates them. For owners and user admins; an
    /// owner only for owners.
    ///
    /// # Errors
    /// [`Error::Invalid`] for the caller themselves and the last owner; [`Error::Forbidden`] for other callers.
    pub async fn set_user_status(&self, caller: &Caller, user: &User, status: UserStatus) -> Result<User> {
        require(caller.can_manage_user(user))?;
        if user.id == caller.id() {
            return Err(Error::bad_request("You cannot suspend yourself.", "Ask another administrator."));
        }
        let now = self.clock.now();
        let mut write = self.database.write().await?;
        if status == UserStatus::Suspended {
            self.require_another_owner(&mut write, user).await?;
            api_keys::delete_all(&mut write, user.id, None).await?;
        }
        users::set_status(&mut write, user.id, status, now).await?;
        let diff = Diff::default().field("status", user.status.as_str(), status.as_str());
        self.audit(&mut write, caller, Action::Write, Resource::user(user), diff).await?;
        write.commit().await?;
        self.signals.session_revoked.notify_waiters();
        Ok(User { status, updated_at: now, ..user.clone() })
    }

    /// Fails if `losing` is the only active owner.
    pub(super) async fn require_another_owner(
        &self,
        write: &mut coder_store::WriteTransaction,
        losing: &User,
    ) -> Result<()> {
        if !losing.roles.has(Role::Owner) || losing.status == UserStatus::Suspended {
            return Ok(());
        }
        if users::lock_and_count_active_owners(write).await? > 1 {
            return Ok(());
        }
        Err(Error::bad_request("The last owner must stay.", "Make another user an owner first."))
    }
}
