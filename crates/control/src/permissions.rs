//! What a caller may do, by role and by ownership. Operations check these rules; pages ask them to decide what to
//! offer.

use coder_model::{
    UserId,
    user::{Role, User},
    workspace::Workspace,
};

use crate::{Caller, Error, Result};

/// Returns [`Error::Forbidden`] unless `allowed`.
pub(crate) fn require(allowed: bool) -> Result<()> {
    if allowed { Ok(()) } else { Err(Error::Forbidden) }
}

/// Returns [`Error::NotFound`] unless `allowed`: the caller does not learn that the resource exists.
pub(crate) fn require_visible(allowed: bool) -> Result<()> {
    if allowed { Ok(()) } else { Err(Error::NotFound) }
}

impl Caller {
    fn has_any(&self, roles: &[Role]) -> bool {
        self.user().roles.has_any(roles)
    }

    fn is_user(&self, user: UserId) -> bool {
        self.id() == user
    }

    /// Whether all users are visible, not only the caller.
    #[must_use]
    pub fn can_see_users(&self) -> bool {
        self.has_any(&[Role::Owner, Role::UserAdmin, Role::TemplateAdmin, Role::Auditor])
    }

    /// Whether the dashboard offers the list of users. Template admins see users through the API alone.
    #[must_use]
    pub fn can_browse_users(&self) -> bool {
        self.has_any(&[Role::Owner, Role::UserAdmin, Role::Auditor])
    }

    /// Whether `user` is visible.
    #[must_use]
    pub fn can_see_user(&self, user: &User) -> bool {
        self.is_user(user.id) || self.can_see_users()
    }

    /// Whether the caller may create users, and change those that [`Caller::can_manage_user`] names.
    #[must_use]
    pub fn can_manage_users(&self) -> bool {
        self.has_any(&[Role::Owner, Role::UserAdmin])
    }

    /// Whether the caller may change `user`. Only owners may change other owners: a user admin could otherwise become
    /// one by resetting an owner's password.
    #[must_use]
    pub fn can_manage_user(&self, user: &User) -> bool {
        self.can_manage_users() && self.outranks(user)
    }

    /// Whether the caller may change the profile and password of `user`.
    #[must_use]
    pub fn can_edit_account(&self, user: &User) -> bool {
        self.is_user(user.id) || self.can_manage_user(user)
    }

    fn outranks(&self, user: &User) -> bool {
        !user.roles.has(Role::Owner) || self.can_grant_owner() || self.is_user(user.id)
    }

    /// Whether the caller may add and remove the role owner.
    #[must_use]
    pub fn can_grant_owner(&self) -> bool {
        self.has_any(&[Role::Owner])
    }

    /// Whether the caller may create keys and workspaces for `user`, and read their secrets: only their own.
    #[must_use]
    pub fn can_act_as(&self, user: &User) -> bool {
        self.is_user(user.id)
    }

    /// Whether the tokens of all users are visible.
    #[must_use]
    pub fn can_see_all_tokens(&self) -> bool {
        self.has_any(&[Role::Owner, Role::Auditor])
    }

    /// Whether the tokens of `user` are visible.
    #[must_use]
    pub fn can_see_tokens_of(&self, user: &User) -> bool {
        self.is_user(user.id) || self.has_any(&[Role::Owner, Role::UserAdmin, Role::Auditor])
    }

    /// Whether a single key of `user` is visible.
    #[must_use]
    pub fn can_see_key_of(&self, user: &User) -> bool {
        self.is_user(user.id) || self.can_manage_users()
    }

    /// Whether the caller may delete or expire a key of `user` that they can see.
    #[must_use]
    pub fn can_end_key_of(&self, user: &User) -> bool {
        self.can_see_key_of(user) && self.outranks(user)
    }

    /// Whether the caller may create, change and delete templates.
    #[must_use]
    pub fn can_manage_templates(&self) -> bool {
        self.has_any(&[Role::Owner, Role::TemplateAdmin])
    }

    /// Whether the caller may delete a workspace without its provisioner.
    #[must_use]
    pub fn can_orphan_workspaces(&self) -> bool {
        self.has_any(&[Role::Owner, Role::TemplateAdmin])
    }

    /// Whether all workspaces are visible, not only the caller's own.
    #[must_use]
    pub fn can_see_all_workspaces(&self) -> bool {
        self.has_any(&[Role::Owner])
    }

    /// Whether the caller may see, build and rename `workspace`.
    #[must_use]
    pub fn can_manage_workspace(&self, workspace: &Workspace) -> bool {
        self.owns(workspace) || self.can_see_all_workspaces()
    }

    /// Whether the caller owns `workspace`. Only the owner may enter it: it holds their secrets.
    #[must_use]
    pub fn owns(&self, workspace: &Workspace) -> bool {
        self.is_user(workspace.owner)
    }

    /// Whether the caller may see how the deployment is configured.
    #[must_use]
    pub fn can_see_deployment(&self) -> bool {
        self.has_any(&[Role::Owner])
    }
}
