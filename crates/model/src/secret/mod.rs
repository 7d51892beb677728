//! A user secret: its name, its value, where it is delivered, and the caps that bound a user's secrets.

mod env_name;
mod file_target;
mod limits;
mod name;
mod settings;
mod value;

pub use env_name::EnvName;
pub(crate) use env_name::is_posix_name;
pub use file_target::FileTarget;
pub use limits::{LimitExceeded, MAX_ENV_BYTES, MAX_SECRETS, MAX_TOTAL_BYTES, MAX_VALUE_BYTES, Usage};
pub use name::SecretName;
pub use settings::{NewSecret, RawSettings, SecretSettings};
pub use value::SecretValue;

use crate::{Moment, SecretId, UserId};

/// What is known of a stored secret without opening it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    /// The secret.
    pub id: SecretId,
    /// Whose it is. Nobody else may read or change it.
    pub owner: UserId,
    /// Unique for the owner.
    pub name: SecretName,
    /// What its owner sets.
    pub settings: SecretSettings,
    /// Size of the value in bytes.
    pub value_bytes: u64,
    /// Counts the values this secret has had, from 1; part of what a sealed value is bound to.
    pub value_revision: i64,
    /// When it was made.
    pub created_at: Moment,
    /// When it was last changed.
    pub updated_at: Moment,
}
