//! What a user may do beyond what every member may. No role opens another user's secrets.

/// A site-wide role. Everyone is a member; `member` is never stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Everything but other people's secrets.
    Owner,
    /// Makes, suspends and changes users.
    UserAdmin,
    /// Makes and changes templates, and sees all workspaces.
    TemplateAdmin,
    /// Reads the audit log, users, templates and workspaces.
    Auditor,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Owner, Self::UserAdmin, Self::TemplateAdmin, Self::Auditor];

    /// The word used in JSON, on the command line and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::UserAdmin => "user-admin",
            Self::TemplateAdmin => "template-admin",
            Self::Auditor => "auditor",
        }
    }

    /// The name shown to people.
    #[must_use]
    pub const fn display_name(self) -> &'static str {
        match self {
            Self::Owner => "Owner",
            Self::UserAdmin => "User Admin",
            Self::TemplateAdmin => "Template Admin",
            Self::Auditor => "Auditor",
        }
    }

    /// The role with that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }
}

/// A user's roles, without repeats, in a fixed order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roles(std::collections::BTreeSet<Role>);

impl Roles {
    /// Whether this role is among them.
    #[must_use]
    pub fn has(&self, role: Role) -> bool {
        self.0.contains(&role)
    }

    /// Whether any of these roles is among them.
    #[must_use]
    pub fn has_any(&self, roles: &[Role]) -> bool {
        roles.iter().any(|role| self.has(*role))
    }

    /// The roles, strongest first.
    pub fn iter(&self) -> impl Iterator<Item = Role> + '_ {
        self.0.iter().copied()
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        Self(roles.into_iter().collect())
    }
}
