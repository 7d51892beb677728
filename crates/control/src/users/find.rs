//! Finding the user that a URL names.

use coder_model::user::User;
use coder_store::users;
use uuid::Uuid;

use crate::{Caller, Control, Error, Result};

impl Control {
    /// The user with this id or username, or the caller for `me`. For the user themselves, owners, user admins,
    /// template admins and auditors.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none, and for other callers.
    pub async fn user_by_ref(&self, caller: &Caller, reference: &str) -> Result<User> {
        if reference == "me" {
            return Ok(caller.user.clone());
        }
        let mut read = self.database.read().await?;
        let found = match Uuid::try_parse(reference) {
            Ok(id) => users::find(&mut read, id.into()).await?,
            Err(_) => users::find_by_username(&mut read, reference).await?,
        };
        found.filter(|user| caller.can_see_user(user)).ok_or(Error::NotFound)
    }
}
