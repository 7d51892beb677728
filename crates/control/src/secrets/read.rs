//! Reading the metadata of secrets. Values are not read.

use coder_model::secret::Secret;
use coder_store::secrets;

use super::SecretsPermit;
use crate::{Control, Error, Result};

impl Control {
    /// All secrets of the user, by name. For the user themselves, by [`SecretsPermit`].
    pub async fn list_secrets(&self, permit: SecretsPermit<'_>) -> Result<Vec<Secret>> {
        Ok(secrets::list(&mut self.database.read().await?, permit.owner()).await?)
    }

    /// A secret by name. For the user themselves, by [`SecretsPermit`].
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none.
    pub async fn find_secret(&self, permit: SecretsPermit<'_>, name: &str) -> Result<Secret> {
        secrets::find(&mut self.database.read().await?, permit.owner(), name).await?.ok_or(Error::NotFound)
    }
}
