//! Limits on a user's secrets (user guide, Limits). Bytes are those of the values, before encryption.

use std::fmt;

use super::Secret;

/// Secrets per user.
pub const MAX_SECRETS: u64 = 50;
/// Bytes of all values of one user.
pub const MAX_TOTAL_BYTES: u64 = 204_800;
/// Bytes of all values of one user with an environment variable target.
pub const MAX_ENV_BYTES: u64 = 24_576;
/// Bytes of one value.
pub const MAX_VALUE_BYTES: usize = 24_576;

/// Totals over a user's secrets, disabled ones included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Count of secrets.
    pub count: u64,
    /// Bytes of all values.
    pub total_bytes: u64,
    /// Bytes of the values with an environment variable target.
    pub env_bytes: u64,
}

/// A limit that a change would exceed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitExceeded {
    /// More than [`MAX_SECRETS`].
    Count,
    /// More than [`MAX_TOTAL_BYTES`].
    TotalBytes,
    /// More than [`MAX_ENV_BYTES`].
    EnvBytes,
}

impl Usage {
    /// The totals of `secrets`.
    #[must_use]
    pub fn of<'s>(secrets: impl IntoIterator<Item = &'s Secret>) -> Self {
        secrets.into_iter().fold(Self::default(), |usage, secret| {
            usage.with(secret.value_bytes, secret.settings.env_name.is_some())
        })
    }

    /// The totals with one more secret.
    #[must_use]
    pub fn with(self, value_bytes: u64, has_env: bool) -> Self {
        Self {
            count: self.count + 1,
            total_bytes: self.total_bytes + value_bytes,
            env_bytes: self.env_bytes + if has_env { value_bytes } else { 0 },
        }
    }

    /// The totals with one secret less.
    #[must_use]
    pub fn without(self, value_bytes: u64, has_env: bool) -> Self {
        Self {
            count: self.count.saturating_sub(1),
            total_bytes: self.total_bytes.saturating_sub(value_bytes),
            env_bytes: self.env_bytes.saturating_sub(if has_env { value_bytes } else { 0 }),
        }
    }

    /// Checks all limits, which are inclusive.
    ///
    /// # Errors
    /// The first exceeded limit, in the order count, total bytes, environment bytes.
    pub fn check(self) -> Result<(), LimitExceeded> {
        if self.count > MAX_SECRETS {
            Err(LimitExceeded::Count)
        } else if self.total_bytes > MAX_TOTAL_BYTES {
            Err(LimitExceeded::TotalBytes)
        } else if self.env_bytes > MAX_ENV_BYTES {
            Err(LimitExceeded::EnvBytes)
        } else {
            Ok(())
        }
    }
}

impl LimitExceeded {
    /// The message for the user.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::Count => "User secrets limit reached.",
            Self::TotalBytes => "User secrets value-bytes limit reached.",
            Self::EnvBytes => "Environment-injected user secrets bytes limit reached.",
        }
    }

    /// What the limit is and how to get below it.
    #[must_use]
    pub fn detail(self) -> String {
        match self {
            Self::Count => format!("Each user can have at most {MAX_SECRETS} secrets."),
            Self::TotalBytes => format!(
                "Stored bytes of your secret values exceed the per-user budget ({MAX_TOTAL_BYTES} bytes after \
                 encryption, if applicable). Reduce the size or number of your secrets."
            ),
            Self::EnvBytes => format!(
                "Stored bytes of env-injected secret values exceed the per-user budget ({MAX_ENV_BYTES} bytes after \
                 encryption, if applicable). Clear env_name on large secrets or use file_path instead."
            ),
        }
    }
}

impl fmt::Display for LimitExceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.message(), self.detail())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_inclusive() {
        let at = |count, total_bytes, env_bytes| Usage { count, total_bytes, env_bytes }.check();
        assert_eq!(at(50, 204_800, 24_576), Ok(()));
        assert_eq!(at(51, 204_800, 24_576), Err(LimitExceeded::Count));
        assert_eq!(at(50, 204_801, 24_576), Err(LimitExceeded::TotalBytes));
        assert_eq!(at(50, 204_800, 24_577), Err(LimitExceeded::EnvBytes));
    }

    #[test]
    fn only_env_secrets_count_towards_the_env_limit() {
        let usage = Usage::default().with(100, false).with(30, true);
        assert_eq!(usage, Usage { count: 2, total_bytes: 130, env_bytes: 30 });
        assert_eq!(usage.without(30, true), Usage { count: 1, total_bytes: 100, env_bytes: 0 });
    }
}
