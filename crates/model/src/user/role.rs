//! Roles. No role gives access to another user's secrets or into another user's workspaces.

/// A role in the deployment. Every user also has `member`, which is never stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// All permissions but for other users' secrets.
    Owner,
    /// Creates, changes, suspends and deletes users.
    UserAdmin,
    /// Creates, changes and deletes templates; sees all workspaces.
    TemplateAdmin,
    /// Sees the audit log, users, templates and workspaces.
    Auditor,
}

impl Role {
    /// All roles, in the order they are listed.
    pub const ALL: [Self; 4] = [Self::Owner, Self::UserAdmin, Self::TemplateAdmin, Self::Auditor];

    /// The string value in JSON, on the command line and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::UserAdmin => "user-admin",
            Self::TemplateAdmin => "template-admin",
            Self::Auditor => "auditor",
        }
    }

    /// The name for display.
    #[must_use]
    pub const fn display_name(self) -> &'static str {
        match self {
            Self::Owner => "Owner",
            Self::UserAdmin => "User Admin",
            Self::TemplateAdmin => "Template Admin",
            Self::Auditor => "Auditor",
        }
    }

    /// Parses a string value.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }
}

/// A user's roles, each once, in the order of [`Role::ALL`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roles(std::collections::BTreeSet<Role>);

impl Roles {
    /// Whether the user has `role`.
    #[must_use]
    pub fn has(&self, role: Role) -> bool {
        self.0.contains(&role)
    }

    /// Whether the user has one of `roles`.
    #[must_use]
    pub fn has_any(&self, roles: &[Role]) -> bool {
        roles.iter().any(|role| self.has(*role))
    }

    /// In the order of [`Role::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = Role> + '_ {
        self.0.iter().copied()
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        Self(roles.into_iter().collect())
    }
}
