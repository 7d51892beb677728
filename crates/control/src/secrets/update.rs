//! Changing a secret.

use coder_model::{
    FieldError,
    secret::{RawSettings, Secret, SecretSettings, SecretValue, Usage},
};
use coder_store::secrets;
use zeroize::Zeroizing;

use super::{SecretsPermit, audit::settings_diff, data_key::seal_value, rules};
use crate::{
    Control, Error, Result,
    audit::{Action, Diff, Resource},
};

impl Control {
    /// Replaces the value, if there is a new one, and the settings that were sent. For the user themselves, by
    /// [`SecretsPermit`].
    ///
    /// # Errors
    /// [`Error::Invalid`] with every field error, for an exceeded limit, and when nothing was sent;
    /// [`Error::Conflict`] when an environment variable or file path is in use; [`Error::NotFound`] when there is no
    /// such secret.
    pub async fn update_secret(
        &self,
        permit: SecretsPermit<'_>,
        name: &str,
        value: Option<Zeroizing<String>>,
        settings: &RawSettings,
    ) -> Result<Secret> {
        let value = parse(value, settings)?;
        if value.is_none() && settings.is_empty() {
            return Err(Error::bad_request("At least one field must be provided.", ""));
        }
        let mut write = self.database.write().await?;
        let existing = self.lock_secrets(&mut write, permit).await?;
        let old = existing.iter().find(|secret| secret.name.as_str() == name).ok_or(Error::NotFound)?;
        let settings = old.settings.with(settings).map_err(Error::invalid)?;
        let mut new = Secret { settings, updated_at: self.clock.now(), ..old.clone() };
        if let Some(value) = &value {
            new.value_bytes = value.len() as u64;
            new.value_revision += 1;
        }
        let others: Vec<&Secret> = existing.iter().filter(|other| other.id != old.id).collect();
        let collisions = rules::collisions(&others, None, &new.settings);
        if let Some(conflict) = rules::conflict(&collisions) {
            return Err(conflict);
        }
        Usage::of(others.iter().copied())
            .with(new.value_bytes, new.settings.env_name.is_some())
            .check()
            .map_err(rules::over_limit)?;
        secrets::update(&mut write, &new).await?;
        if let Some(value) = &value {
            let key = self.data_key(&mut write, new.owner).await?;
            let sealed = seal_value(&key, &new, value)?;
            secrets::set_value(&mut write, new.id, &sealed, new.value_revision).await?;
        }
        let diff = settings_diff(Diff::default(), Some(&old.settings), Some(&new.settings));
        let diff = if value.is_some() { diff.secret("value") } else { diff };
        self.audit(&mut write, permit.caller, Action::Write, Resource::secret(&new), diff).await?;
        write.commit().await?;
        Ok(new)
    }
}

/// Every field error at once, before anything is locked.
fn parse(value: Option<Zeroizing<String>>, settings: &RawSettings) -> Result<Option<SecretValue>> {
    let mut errors = Vec::new();
    let value = value.and_then(|value| {
        SecretValue::parse(value).map_err(|detail| errors.push(FieldError::new("value", detail))).ok()
    });
    errors.extend(SecretSettings::default().with(settings).err().unwrap_or_default());
    if errors.is_empty() { Ok(value) } else { Err(Error::invalid(errors)) }
}
