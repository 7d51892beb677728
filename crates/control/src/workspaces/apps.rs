//! Access to an app of a workspace.

use coder_model::{
    AgentId,
    template::{AppTarget, AppUrl},
    workspace::Workspace,
};

use crate::{Caller, Control, Error, Result, permissions::require_visible};

/// Names an app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppRef {
    /// Username, or `me`.
    pub owner: String,
    pub workspace: String,
    /// The agent's name; the workspace's only agent when absent.
    pub agent: Option<String>,
    pub slug: String,
}

/// An app that its workspace's owner may use.
#[derive(Debug, Clone)]
pub struct AuthorizedApp {
    pub workspace: Workspace,
    pub agent: AgentId,
    /// Where it listens in the workspace.
    pub url: AppUrl,
}

impl Control {
    /// An app with a URL. For the workspace's owner only.
    ///
    /// # Errors
    /// [`Error::NotFound`] for other callers; [`Error::Invalid`] when the workspace does not run, or the app is a
    /// command.
    pub async fn authorize_app(&self, caller: &Caller, app: &AppRef) -> Result<AuthorizedApp> {
        let owner = self.user_by_ref(caller, &app.owner).await?;
        require_visible(caller.can_act_as(&owner))?;
        let overview = self.find_workspace_by_name(caller, &owner, &app.workspace, false).await?;
        let Some(view) = self.agent_of(&overview).await? else {
            return Err(Error::bad_request(
                "The workspace is not running.",
                format!("Start it with `coder start {}`.", overview.workspace.name),
            ));
        };
        if app.agent.as_ref().is_some_and(|name| *name != view.agent.name) {
            return Err(Error::NotFound);
        }
        let found = view.definition.apps.into_iter().find(|found| found.slug == app.slug);
        match found.ok_or(Error::NotFound)?.target {
            AppTarget::Url(url) => {
                Ok(AuthorizedApp { workspace: overview.workspace, agent: view.agent.id, url })
            }
            AppTarget::Command(_) => Err(Error::bad_request(
                "This app runs in a terminal.",
                "Open it in a terminal session: it has no address of its own.",
            )),
        }
    }
}
