//! Access to secrets: only for their owner. No role gives access to another user's secrets.

use coder_model::{UserId, user::User};

use crate::{Caller, Error, Result};

/// Proof that the caller may read and change the secrets of their owner. Only the owner gets one.
#[derive(Debug, Clone, Copy)]
pub struct SecretsPermit<'c> {
    pub(super) caller: &'c Caller,
}

impl SecretsPermit<'_> {
    pub(super) fn owner(&self) -> UserId {
        self.caller.id()
    }
}

impl Caller {
    /// A permit to read `user`'s secrets. For the user themselves.
    ///
    /// # Errors
    /// [`Error::NotFound`] for other callers: the names are secret too.
    pub fn read_secrets_of(&self, user: &User) -> Result<SecretsPermit<'_>> {
        if user.id == self.id() { Ok(SecretsPermit { caller: self }) } else { Err(Error::NotFound) }
    }

    /// A permit to change `user`'s secrets. For the user themselves.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for other callers.
    pub fn change_secrets_of(&self, user: &User) -> Result<SecretsPermit<'_>> {
        if user.id == self.id() { Ok(SecretsPermit { caller: self }) } else { Err(Error::Forbidden) }
    }
}
