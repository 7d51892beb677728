//! Creating a secret.

use coder_crypto::DataKey;
use coder_model::secret::{NewSecret, RawSettings, Secret, Usage};
use coder_store::{WriteTransaction, secrets, users};
use zeroize::Zeroizing;

use super::{SecretsPermit, audit::settings_diff, data_key::seal_value, rules};
use crate::{
    Control, Error, Result,
    audit::{Action, Diff, Resource},
};

/// The revision of a secret's first value.
const FIRST_REVISION: i64 = 1;

impl Control {
    /// Creates a secret. For the user themselves, by [`SecretsPermit`].
    ///
    /// # Errors
    /// [`Error::Invalid`] with every field error, or for an exceeded limit; [`Error::Conflict`] when its name,
    /// environment variable or file path is in use.
    pub async fn create_secret(
        &self,
        permit: SecretsPermit<'_>,
        name: &str,
        value: Zeroizing<String>,
        settings: &RawSettings,
    ) -> Result<Secret> {
        let new = NewSecret::parse(name, value, settings).map_err(Error::invalid)?;
        let mut write = self.database.write().await?;
        let existing = self.lock_secrets(&mut write, permit).await?;
        let others: Vec<&Secret> = existing.iter().collect();
        let collisions = rules::collisions(&others, Some(&new.name), &new.settings);
        if let Some(conflict) = rules::conflict(&collisions) {
            return Err(conflict);
        }
        Usage::of(&existing)
            .with(new.value.len() as u64, new.settings.env_name.is_some())
            .check()
            .map_err(rules::over_limit)?;
        let key = self.data_key(&mut write, permit.owner()).await?;
        let secret = self.insert_secret(&mut write, permit, &key, new).await?;
        write.commit().await?;
        Ok(secret)
    }

    /// Locks the owner's row, which orders all changes of their secrets, and reads the secrets.
    pub(super) async fn lock_secrets(
        &self,
        write: &mut WriteTransaction,
        permit: SecretsPermit<'_>,
    ) -> Result<Vec<Secret>> {
        if !users::lock(write, permit.owner()).await? {
            return Err(Error::NotFound);
        }
        Ok(secrets::list(write, permit.owner()).await?)
    }

    /// Encrypts the value and inserts the secret with its audit entry.
    pub(super) async fn insert_secret(
        &self,
        write: &mut WriteTransaction,
        permit: SecretsPermit<'_>,
        key: &DataKey,
        new: NewSecret,
    ) -> Result<Secret> {
        let now = self.clock.now();
        let secret = Secret {
            id: self.random.id(now)?.into(),
            owner: permit.owner(),
            name: new.name,
            settings: new.settings,
            value_bytes: new.value.len() as u64,
            value_revision: FIRST_REVISION,
            created_at: now,
            updated_at: now,
        };
        let sealed = seal_value(key, &secret, &new.value)?;
        secrets::insert(write, &secret, &sealed).await?;
        let diff = Diff::default().field("name", "", secret.name.as_str());
        let diff = settings_diff(diff, None, Some(&secret.settings)).secret("value");
        self.audit(write, permit.caller, Action::Create, Resource::secret(&secret), diff).await?;
        Ok(secret)
    }
}
