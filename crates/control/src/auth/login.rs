//! Signing in and out.

use coder_model::{Moment, user::UserStatus};
use coder_store::{api_keys, users};
use zeroize::Zeroizing;

use super::{
    IssuedKey,
    login_throttle::{FOR_ACCOUNT, FOR_SOURCE},
};
use crate::{
    Caller, Control, Error, RequestInfo, Result,
    audit::{Action, Diff, Resource},
};

/// How long a session that is over stays in lists.
const KEPT_MICROS: i64 = 7 * 24 * 60 * 60 * 1_000_000;

impl Control {
    /// Opens a session for whoever knows the password.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] with one text for an unknown address and a wrong password, after the same work;
    /// [`Error::Busy`] after too many failures from one address or for one account.
    pub async fn log_in(
        &self,
        email: &str,
        password: Zeroizing<String>,
        request_info: &RequestInfo,
    ) -> Result<IssuedKey> {
        let now = self.clock.now();
        let account = format!("{} from {}", email.trim().to_lowercase(), request_info.ip);
        let limits = [(account.as_str(), FOR_ACCOUNT), (request_info.ip.as_str(), FOR_SOURCE)];
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
        let right = self.password_hasher.verify(password, stored).await?;
        let Some(user) = user.filter(|_| right) else {
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

    /// Ends the session that the caller shows.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn log_out(&self, caller: &Caller) -> Result<()> {
        let mut write = self.database.write().await?;
        api_keys::delete(&mut write, &caller.key.id).await?;
        let resource = Resource::api_key(caller.id(), &caller.key.id);
        self.audit(&mut write, caller, Action::Logout, resource, Diff::default()).await?;
        write.commit().await?;
        self.signals.session_revoked.notify_waiters();
        Ok(())
    }

    /// Forgets sessions that have been over for a week.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_expired_sessions(&self) -> Result<()> {
        let week_ago = Moment::from_micros(self.clock.now().micros() - KEPT_MICROS);
        let mut write = self.database.write().await?;
        api_keys::delete_expired_sessions(&mut write, week_ago).await?;
        Ok(write.commit().await?)
    }
}
