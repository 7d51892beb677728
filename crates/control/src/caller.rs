//! Who is asking.

use coder_model::{UserId, token::ApiKey, user::User};

use crate::RequestInfo;

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
}
