//! The way to an app.

use coder_model::{
    AgentId,
    template::{App, AppTarget, AppUrl},
};

use crate::{Caller, Control, Error, Result, permissions::require_visible};

/// What names an app. Without an agent, the workspace's own is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppRef {
    /// The owner's username, or `me`.
    pub owner: String,
    /// The workspace's name.
    pub workspace: String,
    /// The agent's name.
    pub agent: Option<String>,
    /// The app's slug.
    pub slug: String,
}

impl Control {
    /// Lets the owner of a workspace, and nobody else, to an app of it that listens somewhere.
    ///
    /// # Errors
    /// [`Error::NotFound`] for everybody else and for what is not there; a refusal when the workspace does not run, or the
    /// app is a command.
    pub async fn enter_app(&self, caller: &Caller, wanted: &AppRef) -> Result<(AgentId, App, AppUrl)> {
        let owner = self.user_by_ref(caller, &wanted.owner).await?;
        require_visible(caller.can_act_as(&owner))?;
        let overview = self.find_workspace_by_name(caller, &owner, &wanted.workspace, false).await?;
        let Some(view) = self.agent_of(&overview).await? else {
            return Err(Error::bad_request(
                "The workspace is not running.",
                format!("Start it with `coder start {}`.", overview.workspace.name),
            ));
        };
        if wanted.agent.as_ref().is_some_and(|name| *name != view.agent.name) {
            return Err(Error::NotFound);
        }
        let app = view.definition.apps.iter().find(|app| app.slug == wanted.slug).ok_or(Error::NotFound)?;
        let AppTarget::Url(url) = &app.target else {
            return Err(Error::bad_request(
                "This app runs in a terminal.",
                "Open it in a terminal session: it has no address of its own.",
            ));
        };
        self.authorize_workspace(caller, view.agent.id).await?;
        Ok((view.agent.id, app.clone(), url.clone()))
    }
}
