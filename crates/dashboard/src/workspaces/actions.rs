//! Starting, stopping, restarting and deleting a workspace.

use askama::Template;
use axum::{extract::State, http::StatusCode};
use coder_model::workspace::Transition;

use super::path::{WorkspacePath, workspace_url};
use crate::{
    DashboardState,
    current_user::CurrentUser,
    form::{Empty, Form},
    format::filters,
    layout::{Layout, Section},
    response::{PageResult, dialog, redirect_with_notice},
};

async fn build(
    state: &DashboardState,
    path: &WorkspacePath,
    current_user: &CurrentUser,
    transition: Transition,
) -> PageResult {
    let overview = path.find(state, current_user).await?;
    state.control.create_build(&current_user.caller, overview.workspace.id, transition, None, false).await?;
    redirect_with_notice(state, &current_user.context, &workspace_url(&overview), "")
}

/// Starts it.
pub async fn start_workspace(
    State(state): State<DashboardState>,
    path: WorkspacePath,
    current_user: CurrentUser,
    _form: Form<Empty>,
) -> PageResult {
    build(&state, &path, &current_user, Transition::Start).await
}

/// Stops it.
pub async fn stop_workspace(
    State(state): State<DashboardState>,
    path: WorkspacePath,
    current_user: CurrentUser,
    _form: Form<Empty>,
) -> PageResult {
    build(&state, &path, &current_user, Transition::Stop).await
}

/// Stops it and starts it again.
pub async fn restart_workspace(
    State(state): State<DashboardState>,
    path: WorkspacePath,
    current_user: CurrentUser,
    _form: Form<Empty>,
) -> PageResult {
    let overview = path.find(&state, &current_user).await?;
    state.control.restart_workspace(&current_user.caller, overview.workspace.id).await?;
    redirect_with_notice(&state, &current_user.context, &workspace_url(&overview), "")
}

/// Calls off what is being done to it.
pub async fn cancel_build(
    State(state): State<DashboardState>,
    path: WorkspacePath,
    current_user: CurrentUser,
    _form: Form<Empty>,
) -> PageResult {
    let overview = path.find(&state, &current_user).await?;
    state.control.cancel_build(&current_user.caller, overview.build.id).await?;
    redirect_with_notice(&state, &current_user.context, &workspace_url(&overview), "")
}

/// Activates a dormant workspace, which stays stopped.
pub async fn activate_workspace(
    State(state): State<DashboardState>,
    path: WorkspacePath,
    current_user: CurrentUser,
    _form: Form<Empty>,
) -> PageResult {
    let overview = path.find(&state, &current_user).await?;
    state.control.set_dormant(&current_user.caller, overview.workspace.id, false).await?;
    redirect_with_notice(&state, &current_user.context, &workspace_url(&overview), "Workspace activated.")
}

#[derive(Template)]
#[template(path = "workspaces/delete.html", blocks = ["dialog"])]
struct DeletePage {
    layout: Layout,
    name: String,
    path: String,
}

/// Asks whether it is meant.
pub async fn delete_workspace_page(
    State(state): State<DashboardState>,
    path: WorkspacePath,
    current_user: CurrentUser,
) -> PageResult {
    let overview = path.find(&state, &current_user).await?;
    let shown = DeletePage {
        layout: current_user.layout(Section::Workspaces),
        name: overview.workspace.name.to_string(),
        path: workspace_url(&overview),
    };
    dialog(&current_user.context, StatusCode::OK, &shown, &shown.as_dialog())
}

/// Deletes it.
pub async fn delete_workspace(
    State(state): State<DashboardState>,
    path: WorkspacePath,
    current_user: CurrentUser,
    _form: Form<Empty>,
) -> PageResult {
    build(&state, &path, &current_user, Transition::Delete).await
}
