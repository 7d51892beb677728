//! Who may touch secrets: their owner, acting as themselves. Administrators included, nobody else.

use coder_model::{UserId, user::User};

use crate::{Caller, Error, Result};

/// The permission to read and change one user's secrets. Only that user gets one.
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
    /// The permission to read `user`'s secrets.
    ///
    /// # Errors
    /// [`Error::NotFound`] for anybody else's: not even their names are told.
    pub fn read_secrets_of(&self, user: &User) -> Result<SecretsPermit<'_>> {
        if user.id == self.id() { Ok(SecretsPermit { caller: self }) } else { Err(Error::NotFound) }
    }

    /// The permission to change `user`'s secrets.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for anybody else's.
    pub fn change_secrets_of(&self, user: &User) -> Result<SecretsPermit<'_>> {
        if user.id == self.id() { Ok(SecretsPermit { caller: self }) } else { Err(Error::Forbidden) }
    }
}
