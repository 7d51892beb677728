//! Opening an owner's secrets for their workspace's agent: the only place where a value is plain text again.

use coder_crypto::{AssociatedData, DataKey};
use coder_model::{
    SecretId, UserId,
    secret::{EnvName, FileTarget, SecretName},
    workspace::Warning,
};
use coder_store::secrets::{self, SealedSecret};
use zeroize::Zeroizing;

use crate::{Control, Result};

/// A secret with its value, on its way to the owner's workspace.
pub struct DecryptedSecret {
    /// The secret.
    pub id: SecretId,
    /// Its name.
    pub name: SecretName,
    /// Environment variable to deliver it as.
    pub env_name: Option<EnvName>,
    /// File to deliver it as.
    pub file_path: Option<FileTarget>,
    /// Which of its values.
    pub value_revision: i64,
    /// The value.
    pub value: Zeroizing<String>,
}

/// What an owner's workspace receives, and what could not be opened.
pub struct Delivery {
    /// By name.
    pub secrets: Vec<DecryptedSecret>,
    /// One for each that did not open.
    pub warnings: Vec<Warning>,
}

impl Control {
    /// Opens everything the owner has enabled. What does not open is named and skipped; the rest still goes out.
    pub(crate) async fn open_deliverable(&self, owner: UserId) -> Result<Delivery> {
        let mut read = self.database.read().await?;
        let stored = secrets::list_deliverable(&mut read, owner).await?;
        // Without its key nothing opens, and every secret gets its warning.
        let key = self.existing_data_key(&mut read, owner).await.unwrap_or_else(|error| {
            tracing::error!(%owner, %error, "no secret of this user can be delivered");
            None
        });
        let mut delivery = Delivery { secrets: Vec::with_capacity(stored.len()), warnings: Vec::new() };
        for secret in stored {
            match key.as_ref().and_then(|key| open(key, owner, &secret)) {
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
                        message: "The stored value could not be decrypted, so it was not delivered. Set it again with \
                                  `coder secret update`."
                            .to_owned(),
                    });
                }
            }
        }
        Ok(delivery)
    }
}

fn open(key: &DataKey, owner: UserId, secret: &SealedSecret) -> Option<Zeroizing<String>> {
    let associated_data =
        AssociatedData::SecretValue { owner, secret: secret.id, revision: secret.value_revision };
    let mut bytes = key.open(associated_data, &secret.value).ok()?;
    String::from_utf8(std::mem::take(&mut *bytes)).ok().map(Zeroizing::new)
}
