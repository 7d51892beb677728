//! Metadata. Nothing here touches a value.

use coder_model::secret::Secret;
use coder_store::secrets;

use super::SecretsPermit;
use crate::{Control, Error, Result};

impl Control {
    /// All of the owner's secrets, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_secrets(&self, permit: SecretsPermit<'_>) -> Result<Vec<Secret>> {
        Ok(secrets::list(&mut self.database.read().await?, permit.owner()).await?)
    }

    /// One of the owner's secrets.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn find_secret(&self, permit: SecretsPermit<'_>, name: &str) -> Result<Secret> {
        secrets::find(&mut self.database.read().await?, permit.owner(), name).await?.ok_or(Error::NotFound)
    }
}
