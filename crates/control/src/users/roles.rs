//! Changing what users may do.

use coder_model::{
    FieldError,
    user::{Role, Roles, User},
};
use coder_store::users;

use crate::{
    Caller, Control, Error, Result,
    audit::{Action, Diff, Resource},
    permissions::require,
};

impl Control {
    /// Gives a user exactly these roles.
    ///
    /// # Errors
    /// A word that is no role; [`Error::Forbidden`] for whoever may not; a refusal to remove the last owner.
    pub async fn set_user_roles(&self, caller: &Caller, user: &User, words: &[String]) -> Result<User> {
        require(caller.can_manage_user(user))?;
        let roles = parse(words)?;
        if roles.has(Role::Owner) != user.roles.has(Role::Owner) {
            require(caller.can_grant_owner())?;
        }
        let now = self.clock.now();
        let mut write = self.database.write().await?;
        if !roles.has(Role::Owner) {
            self.keep_an_owner(&mut write, user).await?;
        }
        users::set_roles(&mut write, user.id, &roles, now).await?;
        let diff = Diff::default().field("roles", names(&user.roles), names(&roles));
        self.audit(&mut write, caller, Action::Write, Resource::user(user), diff).await?;
        write.commit().await?;
        Ok(User { roles, updated_at: now, ..user.clone() })
    }
}

fn names(roles: &Roles) -> String {
    roles.iter().map(Role::as_str).collect::<Vec<_>>().join(",")
}

/// Every member is one without a stored role: the word is accepted and means nothing.
fn parse(words: &[String]) -> Result<Roles> {
    words
        .iter()
        .filter(|word| *word != "member")
        .map(|word| {
            Role::parse(word).ok_or_else(|| {
                let known = Role::ALL.map(Role::as_str).join(", ");
                Error::invalid(vec![FieldError::new("roles", format!("Roles are: {known}."))])
            })
        })
        .collect()
}
