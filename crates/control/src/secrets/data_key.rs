//! Data keys: one for each user encrypts their secret values and agent tokens.

use coder_crypto::{AssociatedData, DataKey};
use coder_model::{
    UserId,
    ciphertext::Sealed,
    secret::{Secret, SecretValue},
};
use coder_store::{Readable, WriteTransaction, data_keys};

use crate::{Control, Error, Result};

impl Control {
    /// The user's data key, generated on first use. The user's row must be locked, so that concurrent first uses
    /// agree.
    pub(crate) async fn data_key(&self, write: &mut WriteTransaction, owner: UserId) -> Result<DataKey> {
        if let Some(key) = self.existing_data_key(write, owner).await? {
            return Ok(key);
        }
        let key = DataKey::generate()?;
        let wrapped = self.key_ring.wrap(owner, &key)?;
        data_keys::insert(write, owner, &wrapped).await?;
        Ok(key)
    }

    /// The user's data key, if anything was encrypted for them yet.
    pub(crate) async fn existing_data_key(
        &self,
        read: &mut impl Readable,
        owner: UserId,
    ) -> Result<Option<DataKey>> {
        let Some(wrapped) = data_keys::find(read, owner).await? else { return Ok(None) };
        let key = self.key_ring.unwrap(owner, &wrapped).map_err(|error| {
            Error::internal(format!("the data key of user {owner} could not be unwrapped: {error}"))
        })?;
        Ok(Some(key))
    }
}

/// Encrypts a value with its owner, secret and revision as associated data: moved to another row, it cannot be
/// decrypted.
pub(super) fn seal_value(key: &DataKey, secret: &Secret, value: &SecretValue) -> Result<Sealed> {
    let associated_data =
        AssociatedData::SecretValue { owner: secret.owner, secret: secret.id, revision: secret.value_revision };
    Ok(key.seal(associated_data, value.expose().as_bytes())?)
}
