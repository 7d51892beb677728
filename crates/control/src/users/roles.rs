//! Changing the roles of users.

use coder_model::user::{Role, Roles, User};
use coder_store::users;

use crate::{
    Caller, Control, Error, Result,
    audit::{Action, Diff, Resource},
    permissions::require,
};

impl Control {
    /// Replaces the roles of a user. For owners and user admins; those of an owner, and the
    /// role owner itself, only for owners.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an unknown role and the last owner; [`Error::Forbidden`] for other callers.
    pub async fn set_user_roles(&self, caller: &Caller, user: &User, names: &[String]) -> Result<User> {
        require(caller.can_manage_user(user))?;
        let roles = parse(names)?;
        if roles.has(Role::Owner) != user.roles.has(Role::Owner) {
            require(caller.can_grant_owner())?;
        }
        let now = self.clock.now();
        let mut write = self.database.write().await?;
        if !roles.has(Role::Owner) {
            self.require_another_owner(&mut write, user).await?;
        }
        users::set_roles(&mut write, user.id, &roles, now).await?;
        let diff = Diff::default().field("roles", join(&user.roles), join(&roles));
        self.audit(&mut write, caller, Action::Write, Resource::user(user), diff).await?;
        write.commit().await?;
        Ok(User { roles, updated_at: now, ..user.clone() })
    }
}

fn join(roles: &Roles) -> String {
    roles.iter().map(Role::as_str).collect::<Vec<_>>().join(",")
}

/// `member` is accepted and not stored: it is the absence of roles.
fn parse(names: &[String]) -> Result<Roles> {
    names
        .iter()
        .filter(|name| *name != "member")
        .map(|name| {
            Role::parse(name).ok_or_else(|| {
                let known = Role::ALL.map(Role::as_str).join(", ");
                Error::invalid_field("roles", format!("Roles are: {known}."))
            })
        })
        .collect()
}
