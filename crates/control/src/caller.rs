//! The authenticated user of a request.

use coder_model::{UserId, token::ApiKey, user::User};

use crate::RequestInfo;

/// An authenticated user and the key they sent. Only authentication makes one.
#[derive(Debug, Clone)]
pub struct Caller {
    pub(crate) user: User,
    pub(crate) key: ApiKey,
    pub(crate) request_info: RequestInfo,
}

impl Caller {
    #[must_use]
    pub fn user(&self) -> &User {
        &self.user
    }

    #[must_use]
    pub fn id(&self) -> UserId {
        self.user.id
    }

    #[must_use]
    pub fn key(&self) -> &ApiKey {
        &self.key
    }
}
