//! A person with an account: name, e-mail, roles, standing.

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

/// A person with an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The user.
    pub id: UserId,
    /// Unique, compared without case.
    pub username: Username,
    /// Unique, compared without case.
    pub email: Email,
    /// The name to greet them by; may be empty.
    pub name: String,
    /// Whether they may sign in.
    pub status: UserStatus,
    /// What they may do beyond what every member may.
    pub roles: Roles,
    /// When the account was made.
    pub created_at: Moment,
    /// When it was last changed.
    pub updated_at: Moment,
    /// When they last used it.
    pub last_seen_at: Option<Moment>,
}

/// Whether a user may sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserStatus {
    /// Uses the account.
    Active,
    /// Has not used the account yet, or not for long; using it makes them active.
    Dormant,
    /// May not sign in; open sessions end.
    Suspended,
}

impl UserStatus {
    /// The word used in JSON and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Dormant => "dormant",
            Self::Suspended => "suspended",
        }
    }

    /// The status with that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Active, Self::Dormant, Self::Suspended].into_iter().find(|status| status.as_str() == word)
    }
}
