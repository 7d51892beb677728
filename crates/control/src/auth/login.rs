//! Logging in and out.

use coder_model::{Moment, user::UserStatus};
use coder_store::{api_keys, users};
use zeroize::Zeroizing;

use super::{
    IssuedKey,
    login_throttle::{MAX_PER_ACCOUNT, MAX_PER_ADDRESS},
};
use crate::{
    Caller, Control, Error, RequestInfo, Result,
    audit::{Action, Diff, Resource},
};

/// How long an expired session stays in lists.
const RETENTION_MICROS: i64 = 7 * 24 * 60 * 60 * 1_000_000;

impl Control {
    /// Creates a session for a user with their password. For everyone.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] for a suspended user, a wrong password and an unknown e-mail address; the latter
    /// two cannot be told apart, by text or time. [`Error::Busy`] after too many failures, or with too many logins at
    /// once.
    pub async fn log_in(
        &self,
        email: &str,
        password: Zeroizing<String>,
        request_info: &RequestInfo,
    ) -> Result<IssuedKey> {
        let now = self.clock.now();
        let account = format!("{} from {}", email.trim().to_lowercase(), request_info.ip);
        let limits = [(account.as_str(), MAX_PER_ACCOUNT), (request_info.ip.as_str(), MAX_PER_ADDRESS)];
        if !self.login_throttle.allowed(&limits, now) {
            return Err(Error::Busy {
                message: "Too many failed sign-ins. Wait a minute, then try again.".to_owned(),
            });
        }
        let mut read = self.database.read().await?;
        let user = users::find_by_email(&mut read, email.trim()).await?;
        let stored = match &user {
            Some(user) => users::password_hash(&mut read, user.id).await?,
            None => None,
        };
        drop(read);
        let is_correct = self.password_hasher.verify(password, stored).await?;
        let Some(user) = user.filter(|_| is_correct) else {
            self.login_throttle.failed(&limits, now);
            return Err(Error::unauthenticated("Incorrect email or password.", ""));
        };
        if user.status == UserStatus::Suspended {
            return Err(Error::unauthenticated(
                "Your account is suspended. Contact an admin to reactivate your account.",
                "",
            ));
        }
        let mut write = self.database.write().await?;
        let issued = self.create_session(&mut write, user.id).await?;
        users::record_seen(&mut write, user.id, now).await?;
        let resource = Resource::api_key(user.id, &issued.key.id);
        self.audit_as(&mut write, Some(user.id), request_info, Action::Login, resource, Diff::default())
            .await?;
        write.commit().await?;
        Ok(issued)
    }

    /// Deletes the key that the caller sent. For every user.
    pub async fn log_out(&self, caller: &Caller) -> Result<()> {
        let mut write = self.database.write().await?;
        api_keys::delete(&mut write, &caller.key.id).await?;
        let resource = Resource::api_key(caller.id(), &caller.key.id);
        self.audit(&mut write, caller, Action::Logout, resource, Diff::default()).await?;
        write.commit().await?;
        self.signals.session_revoked.notify_waiters();
        Ok(())
    }

    /// Deletes sessions that expired more than a week ago. For the server's own jobs.
    pub async fn delete_expired_sessions(&self) -> Result<()> {
        let week_ago = Moment::from_micros(self.clock.now().micros() - RETENTION_MICROS);
        let mut write = self.database.write().await?;
        api_keys::delete_expired_sessions(&mut write, week_ago).await?;
        Ok(write.commit().await?)
    }
}
