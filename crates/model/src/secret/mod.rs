//! User secrets: names, values, targets, and the limits on a user's secrets.

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

/// A stored secret, without its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    /// Stays the same when the value changes.
    pub id: SecretId,
    /// The only user who can see, change or use it.
    pub owner: UserId,
    /// Unique among the owner's secrets.
    pub name: SecretName,
    /// What its owner sets.
    pub settings: SecretSettings,
    /// Length of the value, in bytes.
    pub value_bytes: u64,
    /// From 1, one more with each new value. Part of the value's associated data.
    pub value_revision: i64,
    /// Creation time.
    pub created_at: Moment,
    /// Time of the last change of any field or of the value.
    pub updated_at: Moment,
}
