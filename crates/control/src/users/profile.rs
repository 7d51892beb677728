//! Changing what users are called.

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
    /// Changes a user's username and name: one's own, anybody's as a user administrator.
    ///
    /// # Errors
    /// Broken rules by field; a conflict when the username is taken; [`Error::Forbidden`] for whoever may not.
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
                let broken = [("username", username.err()), ("name", name.err())];
                let broken = broken.into_iter().filter_map(|(field, detail)| Some((field, detail?)));
                return Err(Error::invalid(
                    broken.map(|(field, detail)| FieldError::new(field, detail)).collect(),
                ));
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
