//! Creating, finding and deleting templates.

use coder_model::{
    TemplateId, TemplateVersionId,
    template::{Template, TemplateDetails},
    workspace::ResourceName,
};
use coder_store::templates;

use crate::{
    Caller, Control, Error, Result,
    audit::{Action, Diff, Resource},
    permissions::require,
};

/// Bytes in each of display name, description and icon.
const MAX_TEXT: usize = 1024;

#[derive(Debug, Clone)]
pub struct NewTemplate {
    /// Unique in the deployment.
    pub name: String,
    /// The first version; must not belong to a template yet.
    pub version: TemplateVersionId,
    pub display_name: String,
    pub description: String,
    /// Path or URL of an image.
    pub icon: String,
}

impl Control {
    /// Creates a template from a version that belongs to none yet. For owners and template admins.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the field error; [`Error::Conflict`] when the name is in use; [`Error::Forbidden`] for
    /// other callers.
    pub async fn create_template(&self, caller: &Caller, request: NewTemplate) -> Result<TemplateDetails> {
        require(caller.can_manage_templates())?;
        let name = ResourceName::parse(&request.name).map_err(|detail| Error::invalid_field("name", detail))?;
        for (field, text) in [
            ("display_name", &request.display_name),
            ("description", &request.description),
            ("icon", &request.icon),
        ] {
            if text.len() > MAX_TEXT {
                return Err(Error::invalid_field(field, format!("Must be at most {MAX_TEXT} bytes.")));
            }
        }
        let now = self.clock.now();
        let template = Template {
            id: self.random.id(now)?.into(),
            name,
            display_name: request.display_name,
            description: request.description,
            icon: request.icon,
            active_version: request.version,
            created_by: caller.id(),
            created_at: now,
            updated_at: now,
        };
        let mut write = self.database.write().await?;
        templates::insert(&mut write, &template).await.map_err(|error| {
            Error::unique(error, "name", format!("Template with name \"{}\" already exists.", template.name))
        })?;
        if !templates::assign_version(&mut write, request.version, template.id).await? {
            return Err(Error::invalid_field(
                "template_version_id",
                "There is no such version, or it belongs to a template already.",
            ));
        }
        self.audit(&mut write, caller, Action::Create, Resource::template(&template), Diff::default()).await?;
        let found = templates::find(&mut write, template.id).await?.ok_or(Error::NotFound)?;
        write.commit().await?;
        Ok(found)
    }

    /// All templates, by name. For every user; the server authenticates them.
    pub async fn list_templates(&self) -> Result<Vec<TemplateDetails>> {
        Ok(templates::list(&mut self.database.read().await?).await?)
    }

    /// A template. For every user; the server authenticates them.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none.
    pub async fn find_template(&self, id: TemplateId) -> Result<TemplateDetails> {
        templates::find(&mut self.database.read().await?, id).await?.ok_or(Error::NotFound)
    }

    /// A template by name. For every user; the server authenticates them.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none.
    pub async fn find_template_by_name(&self, name: &str) -> Result<TemplateDetails> {
        templates::find_by_name(&mut self.database.read().await?, name).await?.ok_or(Error::NotFound)
    }

    /// Sets the version of a template that new builds use. For owners and template admins.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such template, or no such version of it; [`Error::Forbidden`] for other
    /// callers.
    pub async fn activate_template_version(
        &self,
        caller: &Caller,
        id: TemplateId,
        version: TemplateVersionId,
    ) -> Result<()> {
        require(caller.can_manage_templates())?;
        let now = self.clock.now();
        let mut write = self.database.write().await?;
        let template = templates::find(&mut write, id).await?.ok_or(Error::NotFound)?.template;
        let found = templates::find_version(&mut write, version).await?;
        if found.is_none_or(|found| found.version.template != Some(id)) {
            return Err(Error::NotFound);
        }
        templates::set_active_version(&mut write, id, version, now).await?;
        let diff = Diff::default().field(
            "active_version_id",
            template.active_version.to_string(),
            version.to_string(),
        );
        self.audit(&mut write, caller, Action::Write, Resource::template(&template), diff).await?;
        Ok(write.commit().await?)
    }

    /// Deletes a template that no workspace uses. For owners and template admins.
    ///
    /// # Errors
    /// [`Error::Invalid`] while workspaces use it; [`Error::NotFound`] when there is none; [`Error::Forbidden`] for
    /// other callers.
    pub async fn delete_template(&self, caller: &Caller, id: TemplateId) -> Result<()> {
        require(caller.can_manage_templates())?;
        let now = self.clock.now();
        let mut write = self.database.write().await?;
        templates::lock(&mut write, id, now).await?;
        let found = templates::find(&mut write, id).await?.ok_or(Error::NotFound)?;
        if found.workspaces > 0 {
            return Err(Error::bad_request(
                "All workspaces must be deleted before a template can be removed.",
                format!("Workspaces that use it: {}.", found.workspaces),
            ));
        }
        templates::delete(&mut write, id, now).await?;
        self.audit(&mut write, caller, Action::Delete, Resource::template(&found.template), Diff::default())
            .await?;
        Ok(write.commit().await?)
    }
}
