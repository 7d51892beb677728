//! Changing usernames and display names.

use coder_model::{
    FieldError,
    user::{User, Username},
};
use coder_store::users;

use super::create::{name_conflict, parse_name};
use crate::{
    Caller, Control, Error, Result,
    audit::{Action, Diff, Resource},
    permissions::require,
};

impl Control {
    /// Changes a user's username and display name. For the user themselves, owners and user admins; those of an owner
    /// only for owners.
    ///
    /// # Errors
    /// [`Error::Invalid`] with every field error; [`Error::Conflict`] when the username is in use;
    /// [`Error::Forbidden`] for other callers; [`Error::NotFound`] when the user was deleted meanwhile.
    pub async fn update_profile(
        &self,
        caller: &Caller,
        user: &User,
        username: &str,
        name: &str,
    ) -> Result<User> {
        require(caller.can_edit_account(user))?;
        let (username, name) = match (Username::parse(username), parse_name(name)) {
            (Ok(username), Ok(name)) => (username, name),
            (username, name) => {
                let errors = [("username", username.err()), ("name", name.err())];
                let errors =
                    errors.into_iter().filter_map(|(field, detail)| Some(FieldError::new(field, detail?)));
                return Err(Error::invalid(errors.collect()));
            }
        };
        let now = self.clock.now();
        let mut write = self.database.write().await?;
        if !users::set_profile(&mut write, user.id, &username, &name, now).await.map_err(name_conflict)? {
            return Err(Error::NotFound);
        }
        let diff = Diff::default().field("username", user.username.as_str(), username.as_str()).field(
            "name",
            user.name.as_str(),
            name.as_str(),
        );
        self.audit(&mut write, caller, Action::Write, Resource::user(user), diff).await?;
        write.commit().await?;
        Ok(User { username, name, updated_at: now, ..user.clone() })
    }
}
