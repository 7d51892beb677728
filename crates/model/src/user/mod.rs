//! Users: name, email, password, status and roles.

mod email;
mod password;
mod role;
mod username;

pub use email::Email;
pub use password::Password;
pub use role::{Role, Roles};
pub use username::Username;
pub(crate) use username::is_slug;

use crate::{Moment, UserId};

/// A user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Stays the same when the username changes.
    pub id: UserId,
    /// Unique, ignoring case.
    pub username: Username,
    /// Unique, ignoring case.
    pub email: Email,
    /// Display name; may be empty.
    pub name: String,
    /// Decides whether the user can log in.
    pub status: UserStatus,
    /// Roles beyond `member`, which every user has.
    pub roles: Roles,
    /// Creation time.
    pub created_at: Moment,
    /// Time of the last change of the account.
    pub updated_at: Moment,
    /// Time of the last request, updated at most once an hour; `None` before the first.
    pub last_seen_at: Option<Moment>,
}

/// Whether a user can log in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserStatus {
    /// Can log in.
    Active,
    /// Can log in, and becomes active by doing so.
    Dormant,
    /// Cannot log in, and all sessions and tokens are rejected.
    Suspended,
}

impl UserStatus {
    /// The string value in JSON and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Dormant => "dormant",
            Self::Suspended => "suspended",
        }
    }

    /// Parses a string value.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Active, Self::Dormant, Self::Suspended].into_iter().find(|status| status.as_str() == text)
    }
}
