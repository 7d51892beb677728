//! Changing a secret.

use coder_crypto::AssociatedData;
use coder_model::secret::{RawPatch, Secret, SecretPatch, Usage};
use coder_store::secrets;

use super::{SecretsPermit, create::text, rules};
use crate::{
    Control, Error, Result,
    audit::{Action, Diff, Resource},
};

impl Control {
    /// Changes what the patch names and leaves the rest alone.
    ///
    /// # Errors
    /// Every broken rule by field; a conflict when a target is taken; an exceeded cap; [`Error::NotFound`].
    pub async fn update_secret(&self, permit: SecretsPermit<'_>, name: &str, raw: RawPatch) -> Result<Secret> {
        let patch = SecretPatch::parse(raw).map_err(Error::invalid)?;
        if patch.is_empty() {
            return Err(Error::bad_request("At least one field must be provided.", ""));
        }
        let mut write = self.database.write().await?;
        let existing = self.lock_secrets(&mut write, permit).await?;
        let old = existing.iter().find(|secret| secret.name.as_str() == name).ok_or(Error::NotFound)?;
        let new = apply(old, &patch, self.clock.now());
        let others: Vec<&Secret> = existing.iter().filter(|other| other.id != old.id).collect();
        let collisions = rules::collisions(&others, None, new.env_name.as_ref(), new.file_path.as_ref());
        if let Some(conflict) = rules::conflict(&collisions) {
            return Err(conflict);
        }
        Usage::of(others.iter().copied())
            .with(new.value_bytes, new.env_name.is_some())
            .check()
            .map_err(rules::over_limit)?;
        secrets::update(&mut write, &new).await?;
        if let Some(value) = &patch.value {
            let key = self.data_key(&mut write, new.owner).await?;
            let associated_data =
                AssociatedData::SecretValue { owner: new.owner, secret: new.id, revision: new.value_revision };
            let sealed = key
                .seal(associated_data, value.expose().as_bytes())
                .map_err(|error| Error::internal(error.to_string()))?;
            secrets::set_value(&mut write, new.id, &sealed, new.value_revision).await?;
        }
        let diff = diff(old, &new, patch.value.is_some());
        self.audit(&mut write, permit.caller, Action::Write, Resource::secret(&new), diff).await?;
        write.commit().await?;
        Ok(new)
    }
}

/// The secret after the patch.
fn apply(old: &Secret, patch: &SecretPatch, now: coder_model::Moment) -> Secret {
    let mut new = old.clone();
    if let Some(value) = &patch.value {
        new.value_bytes = value.len() as u64;
        new.value_revision += 1;
    }
    if let Some(description) = &patch.description {
        new.description.clone_from(description);
    }
    if let Some(env_name) = &patch.env_name {
        new.env_name.clone_from(env_name);
    }
    if let Some(file_path) = &patch.file_path {
        new.file_path.clone_from(file_path);
    }
    new.enabled = patch.enabled.unwrap_or(old.enabled);
    new.updated_at = now;
    new
}

fn diff(old: &Secret, new: &Secret, value_changed: bool) -> Diff {
    let diff = Diff::default()
        .field("env_name", text(old.env_name.as_ref()), text(new.env_name.as_ref()))
        .field("file_path", text(old.file_path.as_ref()), text(new.file_path.as_ref()))
        .field("enabled", old.enabled, new.enabled);
    if value_changed { diff.secret("value") } else { diff }
}
