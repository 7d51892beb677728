//! Pushing a template in three requests: upload an archive, create a version of it, then create the template from the
//! version or make it the active one.

use aws_lc_rs::digest;
use coder_model::{
    FileId, TemplateId, TemplateVersionId,
    template::{TemplateVersion, TemplateVersionDetails},
};
use coder_store::{files, templates};

use super::archive;
use crate::{
    Caller, Control, Error, Result,
    audit::{Action, Diff, Resource},
    permissions::require,
};

/// Characters in a version's name.
const MAX_NAME: usize = 64;

impl Control {
    /// Stores an archive; the same bytes of the same user once. For owners and template admins.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is not a tar archive with a `template.toml`; [`Error::Forbidden`] for other
    /// callers.
    pub async fn upload_file(&self, caller: &Caller, data: &[u8]) -> Result<FileId> {
        require(caller.can_manage_templates())?;
        archive::definition(data).map(drop).or_else(|error| match error {
            // Errors in template.toml are reported when the version is created, where clients expect them.
            Error::Invalid { field_errors, .. } if !field_errors.is_empty() => Ok(()),
            other => Err(other),
        })?;
        let now = self.clock.now();
        let hash = digest::digest(&digest::SHA256, data);
        let mut write = self.database.write().await?;
        let id = files::insert(&mut write, self.random.id(now)?.into(), hash.as_ref(), data, caller.id(), now)
            .await?;
        write.commit().await?;
        Ok(id)
    }

    /// Creates a version from an uploaded archive, for `template` or for a new one. The name is generated when empty.
    /// For owners and template admins.
    ///
    /// # Errors
    /// [`Error::Invalid`] with every error in `template.toml`, and for an invalid name or unknown file;
    /// [`Error::NotFound`] for an unknown template; [`Error::Forbidden`] for other callers.
    pub async fn create_template_version(
        &self,
        caller: &Caller,
        file: FileId,
        template: Option<TemplateId>,
        name: String,
    ) -> Result<TemplateVersionDetails> {
        require(caller.can_manage_templates())?;
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if name.chars().count() > MAX_NAME || !name.chars().all(is_allowed) {
            return Err(Error::invalid_field(
                "name",
                format!(
                    "Version name must be at most {MAX_NAME} letters, digits, hyphens, dots and underscores."
                ),
            ));
        }
        let mut read = self.database.read().await?;
        let data = files::data(&mut read, file)
            .await?
            .ok_or_else(|| Error::invalid_field("file_id", "There is no such file; upload it first."))?;
        drop(read);
        let (definition, _) = archive::definition(&data)?;
        let now = self.clock.now();
        let name = if name.is_empty() { self.random.alphanumeric(8)?.to_lowercase() } else { name };
        let version = TemplateVersion {
            id: self.random.id(now)?.into(),
            template,
            name,
            file,
            created_by: caller.id(),
            created_at: now,
        };
        let mut write = self.database.write().await?;
        if let Some(template) = template
            && !templates::lock(&mut write, template, now).await?
        {
            return Err(Error::NotFound);
        }
        templates::insert_version(&mut write, &version, &definition).await?;
        let resource = Resource { kind: "template_version", id: version.id.uuid(), target: &version.name };
        self.audit(&mut write, caller, Action::Create, resource, Diff::default()).await?;
        write.commit().await?;
        Ok(TemplateVersionDetails {
            version,
            definition,
            created_by_name: caller.user().username.as_str().to_owned(),
        })
    }

    /// A template version. For every user; the server authenticates them.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none.
    pub async fn find_template_version(&self, id: TemplateVersionId) -> Result<TemplateVersionDetails> {
        templates::find_version(&mut self.database.read().await?, id).await?.ok_or(Error::NotFound)
    }
}
