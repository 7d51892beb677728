//! Decrypting an owner's secrets for their workspace's agent: the only place where stored values become plain text.

use coder_crypto::{AssociatedData, DataKey};
use coder_model::{
    SecretId, UserId,
    secret::{EnvName, FileTarget, SecretName},
    workspace::Warning,
};
use coder_store::secrets::{self, SealedSecret};
use zeroize::Zeroizing;

use crate::{Control, Result};

/// A secret with its value, for delivery.
pub struct DecryptedSecret {
    pub id: SecretId,
    pub name: SecretName,
    pub env_name: Option<EnvName>,
    pub file_path: Option<FileTarget>,
    pub value_revision: i64,
    pub value: Zeroizing<String>,
}

pub struct Delivery {
    /// By name.
    pub secrets: Vec<DecryptedSecret>,
    /// One for each secret that could not be decrypted.
    pub warnings: Vec<Warning>,
}

impl Control {
    /// Decrypts the owner's enabled secrets. One that cannot be decrypted becomes a warning and is skipped.
    pub(crate) async fn decrypt_secrets(&self, owner: UserId) -> Result<Delivery> {
        let mut read = self.database.read().await?;
        let stored = secrets::list_deliverable(&mut read, owner).await?;
        // Without the data key every secret becomes a warning.
        let key = self.existing_data_key(&mut read, owner).await.unwrap_or_else(|error| {
            tracing::error!(%owner, %error, "no secret of this user can be delivered");
            None
        });
        let mut delivery = Delivery { secrets: Vec::with_capacity(stored.len()), warnings: Vec::new() };
        for secret in stored {
            match key.as_ref().and_then(|key| decrypt(key, owner, &secret)) {
                Some(value) => delivery.secrets.push(DecryptedSecret {
                    id: secret.id,
                    name: secret.name,
                    env_name: secret.env_name,
                    file_path: secret.file_path,
                    value_revision: secret.value_revision,
                    value,
                }),
                None => {
                    tracing::error!(%owner, secret = %secret.id, "a stored value could not be decrypted");
                    delivery.warnings.push(Warning {
                        secret: secret.name.as_str().to_owned(),
                        message:
                            "The stored value could not be decrypted, so it was not delivered. Set it again \
                                  with `coder secret update`."
                                .to_owned(),
                    });
                }
            }
        }
        Ok(delivery)
    }
}

fn decrypt(key: &DataKey, owner: UserId, secret: &SealedSecret) -> Option<Zeroizing<String>> {
    let associated_data =
        AssociatedData::SecretValue { owner, secret: secret.id, revision: secret.value_revision };
    let mut bytes = key.open(associated_data, &secret.value).ok()?;
    String::from_utf8(std::mem::take(&mut *bytes)).ok().map(Zeroizing::new)
}
