//! Deleting a secret.

use coder_store::{secrets, users};

use super::{SecretsPermit, audit::settings_diff};
use crate::{
    Control, Error, Result,
    audit::{Action, Diff, Resource},
};

impl Control {
    /// Deletes a secret. Running workspaces keep what was delivered to them until their next start. For the user
    /// themselves, by [`SecretsPermit`].
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none.
    pub async fn delete_secret(&self, permit: SecretsPermit<'_>, name: &str) -> Result<()> {
        let mut write = self.database.write().await?;
        users::lock(&mut write, permit.owner()).await?;
        let secret = secrets::find(&mut write, permit.owner(), name).await?.ok_or(Error::NotFound)?;
        secrets::delete(&mut write, secret.id).await?;
        let diff = Diff::default().field("name", secret.name.as_str(), "");
        let diff = settings_diff(diff, Some(&secret.settings), None).secret("value");
        self.audit(&mut write, permit.caller, Action::Delete, Resource::secret(&secret), diff).await?;
        Ok(write.commit().await?)
    }
}
