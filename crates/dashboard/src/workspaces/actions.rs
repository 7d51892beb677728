//! The buttons of a workspace: start, stop, restart, activate, cancel, delete.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    routing::{MethodRouter, post},
};
use coder_model::workspace::Transition;

use super::path::{WorkspacePath, workspace_url};
use crate::{
    DashboardState,
    current_user::CurrentUser,
    filters,
    form::{Empty, Form},
    layout::{Layout, Section},
    response::{PageResult, dialog, redirect_to, redirect_with_notice},
};

/// An action on a workspace.
#[derive(Debug, Clone, Copy)]
pub enum WorkspaceAction {
    Start,
    Stop,
    /// A stop, then a start.
    Restart,
    /// Makes a dormant workspace startable again; it stays stopped.
    Activate,
    /// Cancels the latest build.
    Cancel,
    Delete,
}

/// POST carries out the action and shows the workspace.
pub fn workspace_action(action: WorkspaceAction) -> MethodRouter<DashboardState> {
    post(
        async move |State(state): State<DashboardState>,
                    path: WorkspacePath,
                    current_user: CurrentUser,
                    _form: Form<Empty>|
                    -> PageResult { perform(&state, &path, &current_user, action).await },
    )
}

async fn perform(
    state: &DashboardState,
    path: &WorkspacePath,
    current_user: &CurrentUser,
    action: WorkspaceAction,
) -> PageResult {
    let overview = path.find(state, current_user).await?;
    let (control, caller, id) = (&state.control, &current_user.caller, overview.workspace.id);
    let build = async |transition| control.create_build(caller, id, transition, None, false).await.map(drop);
    match action {
        WorkspaceAction::Start => build(Transition::Start).await?,
        WorkspaceAction::Stop => build(Transition::Stop).await?,
        WorkspaceAction::Delete => build(Transition::Delete).await?,
        WorkspaceAction::Restart => drop(control.restart_workspace(caller, id).await?),
        WorkspaceAction::Activate => drop(control.set_dormant(caller, id, false).await?),
        WorkspaceAction::Cancel => control.cancel_build(caller, overview.build.id).await?,
    }
    let (context, url) = (&current_user.context, workspace_url(&overview));
    // The page shows builds; an activated workspace looks as any stopped one.
    match action {
        WorkspaceAction::Activate => redirect_with_notice(state, context, &url, "Workspace activated."),
        _ => redirect_to(context, &url),
    }
}

#[derive(Template)]
#[template(path = "workspaces/delete.html", blocks = ["dialog"])]
struct DeletePage {
    layout: Layout,
    name: String,
    path: String,
}

/// Asks to confirm the deletion.
pub async fn delete_workspace_page(
    State(state): State<DashboardState>,
    path: WorkspacePath,
    current_user: CurrentUser,
) -> PageResult {
    let overview = path.find(&state, &current_user).await?;
    let page = DeletePage {
        layout: current_user.layout(Section::Workspaces),
        name: overview.workspace.name.to_string(),
        path: workspace_url(&overview),
    };
    dialog(&current_user.context, StatusCode::OK, &page, &page.as_dialog())
}
