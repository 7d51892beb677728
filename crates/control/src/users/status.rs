//! Suspending users and letting them back in.

use coder_model::user::{Role, User, UserStatus};
use coder_store::{api_keys, users};

use crate::{
    Caller, Control, Error, Result,
    audit::{Action, Diff, Resource},
    permissions::require,
};

impl Control {
    /// Suspends a user and ends their sessions and tokens, or lets them back in.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for whoever may not; a refusal to suspend oneself or the last owner.
    pub async fn set_user_status(&self, caller: &Caller, user: &User, status: UserStatus) -> Result<User> {
        require(caller.can_manage_user(user))?;
        if user.id == caller.id() {
            return Err(Error::bad_request("You cannot suspend yourself.", "Ask another administrator."));
        }
        let now = self.clock.now();
        let mut write = self.database.write().await?;
        if status == UserStatus::Suspended {
            self.keep_an_owner(&mut write, user).await?;
            api_keys::delete_all(&mut write, user.id, None).await?;
        }
        users::set_status(&mut write, user.id, status, now).await?;
        let diff = Diff::default().field("status", user.status.as_str(), status.as_str());
        self.audit(&mut write, caller, Action::Write, Resource::user(user), diff).await?;
        write.commit().await?;
        self.signals.session_revoked.notify_waiters();
        Ok(User { status, updated_at: now, ..user.clone() })
    }

    /// Refuses what would leave the deployment without an owner who can sign in.
    pub(super) async fn keep_an_owner(
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
