//! Finding workspaces and builds.

use coder_model::{
    AgentId, BuildId, FieldError, WorkspaceId, pagination::Pagination, user::User,
    workspace::WorkspaceWithBuild,
};
use coder_store::{
    agents, builds,
    workspaces::{self, Filter},
};

use crate::{Caller, Control, Error, Result, permissions::require_visible};

impl Control {
    /// A workspace with its latest build. For the workspace's owner and owners of the deployment.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none, and for other callers; [`Error::Gone`] for a deleted one, unless
    /// `with_deleted`.
    pub async fn find_workspace(
        &self,
        caller: &Caller,
        id: WorkspaceId,
        with_deleted: bool,
    ) -> Result<WorkspaceWithBuild> {
        let found = workspaces::find(&mut self.database.read().await?, id).await?.ok_or(Error::NotFound)?;
        require_visible(caller.can_manage_workspace(&found.workspace))?;
        if found.workspace.deleted_at.is_some() && !with_deleted {
            return Err(Error::Gone {
                message: format!("Workspace \"{}\" was deleted.", found.workspace.name),
            });
        }
        Ok(found)
    }

    /// A user's workspace by name, with its latest build. For the workspace's owner and owners of the deployment.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none, and for other callers.
    pub async fn find_workspace_by_name(
        &self,
        caller: &Caller,
        owner: &User,
        name: &str,
        with_deleted: bool,
    ) -> Result<WorkspaceWithBuild> {
        let mut read = self.database.read().await?;
        let found = workspaces::find_by_name(&mut read, owner.id, name, with_deleted).await?;
        let found = found.ok_or(Error::NotFound)?;
        require_visible(caller.can_manage_workspace(&found.workspace))?;
        Ok(found)
    }

    /// The workspaces that match `query`, and how many match in all. For every user; all but owners of the deployment
    /// see their own workspaces only.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an unknown search term.
    pub async fn list_workspaces(
        &self,
        caller: &Caller,
        query: &str,
        pagination: Pagination,
    ) -> Result<(Vec<WorkspaceWithBuild>, i64)> {
        let mut filter = parse(query, caller.user().username.as_str())?;
        if !caller.can_see_all_workspaces() {
            let own = caller.user().username.as_str();
            if !filter.owner.is_empty() && !filter.owner.eq_ignore_ascii_case(own) {
                return Ok((Vec::new(), 0));
            }
            own.clone_into(&mut filter.owner);
        }
        Ok(workspaces::list(&mut self.database.read().await?, &filter, pagination).await?)
    }

    /// A build with its workspace. For the workspace's owner and owners of the deployment.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none, and for other callers.
    pub async fn find_build(&self, caller: &Caller, id: BuildId) -> Result<WorkspaceWithBuild> {
        let found = builds::find(&mut self.database.read().await?, id).await?;
        let found = found.ok_or(Error::NotFound)?;
        require_visible(caller.can_manage_workspace(&found.workspace))?;
        Ok(found)
    }

    /// A build of a user's workspace by number. For the workspace's owner and owners of the deployment.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none, and for other callers.
    pub async fn find_build_by_number(
        &self,
        caller: &Caller,
        owner: &User,
        name: &str,
        number: i64,
    ) -> Result<WorkspaceWithBuild> {
        let workspace = self.find_workspace_by_name(caller, owner, name, true).await?.workspace.id;
        let mut read = self.database.read().await?;
        builds::find_by_number(&mut read, workspace, number).await?.ok_or(Error::NotFound)
    }

    /// The workspaces whose latest build is a successful start. For the server's own jobs.
    pub async fn running_workspaces(&self) -> Result<Vec<WorkspaceWithBuild>> {
        Ok(workspaces::list_running(&mut self.database.read().await?).await?)
    }

    /// Whether a workspace exists and is not deleted. For the server's own jobs.
    pub async fn workspace_exists(&self, id: WorkspaceId) -> Result<bool> {
        let found = workspaces::find(&mut self.database.read().await?, id).await?;
        Ok(found.is_some_and(|found| found.workspace.deleted_at.is_none()))
    }

    /// The agent of a workspace. For the server's build worker.
    pub async fn workspace_agent(&self, id: WorkspaceId) -> Result<Option<AgentId>> {
        let agent = agents::find_by_workspace(&mut self.database.read().await?, id).await?;
        Ok(agent.map(|agent| agent.id))
    }

    /// The builds of a workspace, the latest first. For the workspace's owner and owners of the deployment.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such workspace, and for other callers.
    pub async fn list_builds(
        &self,
        caller: &Caller,
        id: WorkspaceId,
        pagination: Pagination,
    ) -> Result<Vec<WorkspaceWithBuild>> {
        self.find_workspace(caller, id, true).await?;
        Ok(builds::list(&mut self.database.read().await?, id, pagination).await?)
    }
}

/// Parses `owner:me name:dev template:local` and free text for a part of the name. `me` is the caller's username.
fn parse(query: &str, me: &str) -> Result<Filter> {
    let mut filter = Filter::default();
    for term in query.split_whitespace() {
        match term.split_once(':') {
            Some(("owner", "me")) => me.clone_into(&mut filter.owner),
            Some(("owner", name)) => name.clone_into(&mut filter.owner),
            Some(("name", name)) => name.clone_into(&mut filter.name),
            Some(("template", name)) => name.clone_into(&mut filter.template),
            Some((key, _)) => {
                return Err(Error::invalid_fields(
                    "Invalid workspace search query.",
                    vec![FieldError::new(key, format!("\"{key}\" is not a valid query param"))],
                ));
            }
            // `owner/name`, as on the command line.
            None => match term.split_once('/') {
                Some((owner, name)) => {
                    if owner == "me" { me } else { owner }.clone_into(&mut filter.owner);
                    name.clone_into(&mut filter.name);
                }
                None => term.clone_into(&mut filter.name),
            },
        }
    }
    Ok(filter)
}
