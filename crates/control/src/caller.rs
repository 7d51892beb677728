//! Who is asking.

use coder_model::{
    UserId,
    token::ApiKey,
    user::{Role, User},
};

use crate::{Error, RequestInfo, Result};

/// A person whose token was checked for this request. Only authentication makes one.
#[derive(Debug, Clone)]
pub struct Caller {
    pub(crate) user: User,
    pub(crate) key: ApiKey,
    pub(crate) request_info: RequestInfo,
}

impl Caller {
    /// The person.
    #[must_use]
    pub fn user(&self) -> &User {
        &self.user
    }

    /// Their id.
    #[must_use]
    pub fn id(&self) -> UserId {
        self.user.id
    }

    /// The key they showed.
    #[must_use]
    pub fn key(&self) -> &ApiKey {
        &self.key
    }

    /// Whether they hold any of these roles.
    #[must_use]
    pub fn has_any(&self, roles: &[Role]) -> bool {
        self.user.roles.has_any(roles)
    }

    /// Goes on only for holders of one of these roles.
    pub(crate) fn require_any(&self, roles: &[Role]) -> Result<()> {
        if self.has_any(roles) { Ok(()) } else { Err(Error::Forbidden) }
    }
}
