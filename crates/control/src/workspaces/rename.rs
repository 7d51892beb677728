//! Renaming a workspace.

use coder_model::{WorkspaceId, workspace::ResourceName};
use coder_store::workspaces;

use super::create::name_conflict;
use crate::{
    Caller, Control, Error, Result,
    audit::{Action, Diff, Resource},
};

impl Control {
    /// Renames a workspace. For the workspace's owner and owners of the deployment.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an invalid name; [`Error::Conflict`] when the name is in use; [`Error::NotFound`] when
    /// there is no such workspace, and for other callers; [`Error::Gone`] for a deleted one.
    pub async fn rename_workspace(&self, caller: &Caller, id: WorkspaceId, name: &str) -> Result<()> {
        let name = ResourceName::parse(name).map_err(|detail| Error::invalid_field("name", detail))?;
        let old = self.find_workspace(caller, id, false).await?.workspace;
        let mut write = self.database.write().await?;
        workspaces::rename(&mut write, id, &name, self.clock.now())
            .await
            .map_err(|error| name_conflict(error, &name))?;
        let resource = Resource::workspace(id, &name);
        let diff = Diff::default().field("name", old.name.as_str(), name.as_str());
        self.audit(&mut write, caller, Action::Write, resource, diff).await?;
        Ok(write.commit().await?)
    }
}
