//! The key that a user's values are sealed with.

use coder_crypto::{AssociatedData, DataKey};
use coder_model::{
    UserId,
    ciphertext::Sealed,
    secret::{Secret, SecretValue},
};
use coder_store::{Readable, WriteTransaction, data_keys};

use crate::{Control, Error, Result};

impl Control {
    /// The user's data key, made on first use. The caller holds the user's row, so that two first uses agree.
    pub(crate) async fn data_key(&self, write: &mut WriteTransaction, owner: UserId) -> Result<DataKey> {
        if let Some(key) = self.existing_data_key(write, owner).await? {
            return Ok(key);
        }
        let key = DataKey::generate()?;
        let wrapped = self.key_ring.wrap(owner, &key)?;
        data_keys::insert(write, owner, &wrapped).await?;
        Ok(key)
    }

    /// The user's data key, if anything was ever sealed for them.
    pub(crate) async fn existing_data_key(
        &self,
        reads: &mut impl Readable,
        owner: UserId,
    ) -> Result<Option<DataKey>> {
        let Some(wrapped) = data_keys::find(reads, owner).await? else { return Ok(None) };
        let key = self.key_ring.unwrap(owner, &wrapped).map_err(|error| {
            Error::internal(format!("the data key of user {owner} could not be unwrapped: {error}"))
        })?;
        Ok(Some(key))
    }
}

/// Seals a value for the revision of its row: in another row or revision it does not open.
pub(super) fn seal_value(key: &DataKey, secret: &Secret, value: &SecretValue) -> Result<Sealed> {
    let associated_data =
        AssociatedData::SecretValue { owner: secret.owner, secret: secret.id, revision: secret.value_revision };
    Ok(key.seal(associated_data, value.expose().as_bytes())?)
}
