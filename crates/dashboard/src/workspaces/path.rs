//! Paths of workspaces: `/@OWNER/NAME`.

use axum::{
    extract::FromRequestParts,
    http::{StatusCode, request::Parts},
};
use coder_control::Result;
use coder_http::{HttpError, extract::Path};
use coder_model::workspace::WorkspaceWithBuild;

use crate::{DashboardState, current_user::CurrentUser};

/// The parameters of a workspace's path.
pub struct WorkspacePath {
    owner: String,
    name: String,
    /// The agent's name, if the path has one: `NAME.AGENT`.
    pub agent: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for WorkspacePath {
    // A path without the `@` matches no route.
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> std::result::Result<Self, HttpError> {
        let missing = || HttpError::new(StatusCode::NOT_FOUND, "Route not found.");
        #[derive(serde::Deserialize)]
        struct Segments {
            owner: String,
            workspace: String,
        }
        let Path(Segments { owner, workspace }) =
            Path::from_request_parts(parts, state).await.map_err(|_| missing())?;
        let owner = owner.strip_prefix('@').ok_or_else(missing)?.to_owned();
        let (name, agent) = match workspace.split_once('.') {
            Some((name, agent)) => (name.to_owned(), Some(agent.to_owned())),
            None => (workspace, None),
        };
        Ok(Self { owner, name, agent })
    }
}

impl WorkspacePath {
    /// The workspace. Not found unless the current user may see it.
    pub async fn find(&self, state: &DashboardState, current_user: &CurrentUser) -> Result<WorkspaceWithBuild> {
        let owner = state.control.user_by_ref(&current_user.caller, &self.owner).await?;
        state.control.find_workspace_by_name(&current_user.caller, &owner, &self.name, false).await
    }
}

/// The path of a workspace's page.
pub fn workspace_url(overview: &WorkspaceWithBuild) -> String {
    format!("/@{}/{}", overview.owner_name, overview.workspace.name)
}
