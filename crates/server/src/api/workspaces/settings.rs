//! Schedule, dormancy and favorites of workspaces.

use axum::{extract::State, http::StatusCode};
use coder_http::{
    Result,
    extract::{Authenticated, Json, Path},
};
use coder_wire::{
    deployment::Message,
    workspaces::{
        PutExtendWorkspaceRequest, UpdateWorkspaceAutostartRequest, UpdateWorkspaceDormancy,
        UpdateWorkspaceTtlRequest, Workspace,
    },
};
use uuid::Uuid;

use super::response;
use crate::AppState;

/// Set or clear the weekly schedule by which a workspace starts.
///
/// For its owner and for owners of the deployment.
#[utoipa::path(put, path = "/api/v2/workspaces/{workspace}/autostart", tag = "Workspaces",
    params(("workspace" = Uuid, Path)), request_body = UpdateWorkspaceAutostartRequest, responses((status = 204)))]
pub async fn update_autostart(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(workspace): Path<Uuid>,
    Json(request): Json<UpdateWorkspaceAutostartRequest>,
) -> Result<StatusCode> {
    state.control.set_autostart(&caller, workspace.into(), request.schedule.as_deref()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Set or clear the time after which a running workspace stops.
///
/// From 1 minute to 30 days. Applies from the next start on.
#[utoipa::path(put, path = "/api/v2/workspaces/{workspace}/ttl", tag = "Workspaces",
    params(("workspace" = Uuid, Path)), request_body = UpdateWorkspaceTtlRequest, responses((status = 204)))]
pub async fn update_ttl(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(workspace): Path<Uuid>,
    Json(request): Json<UpdateWorkspaceTtlRequest>,
) -> Result<StatusCode> {
    state.control.set_ttl(&caller, workspace.into(), request.ttl_ms).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Set the time at which a running workspace stops.
///
/// From 30 minutes to 30 days in the future.
#[utoipa::path(put, path = "/api/v2/workspaces/{workspace}/extend", tag = "Workspaces",
    params(("workspace" = Uuid, Path)), request_body = PutExtendWorkspaceRequest,
    responses((status = 200, body = Message)))]
pub async fn extend_workspace(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(workspace): Path<Uuid>,
    Json(request): Json<PutExtendWorkspaceRequest>,
) -> Result<Json<Message>> {
    state.control.extend_deadline(&caller, workspace.into(), request.deadline.into()).await?;
    Ok(Json(Message { message: "Deadline updated.".to_owned() }))
}

/// Make a workspace dormant, or activate it.
///
/// A dormant workspace is stopped, and cannot start until it is activated.
#[utoipa::path(put, path = "/api/v2/workspaces/{workspace}/dormant", tag = "Workspaces",
    params(("workspace" = Uuid, Path)), request_body = UpdateWorkspaceDormancy,
    responses((status = 200, body = Workspace)))]
pub async fn update_dormancy(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(workspace): Path<Uuid>,
    Json(request): Json<UpdateWorkspaceDormancy>,
) -> Result<Json<Workspace>> {
    let overview = state.control.set_dormant(&caller, workspace.into(), request.dormant).await?;
    Ok(Json(response::workspace(&state, &overview).await?))
}

/// Mark a workspace as a favorite.
///
/// Favorites come first in the lists of their owner. For its owner only.
#[utoipa::path(put, path = "/api/v2/workspaces/{workspace}/favorite", tag = "Workspaces",
    params(("workspace" = Uuid, Path)), responses((status = 204)))]
pub async fn add_favorite(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(workspace): Path<Uuid>,
) -> Result<StatusCode> {
    state.control.set_favorite(&caller, workspace.into(), true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Remove a workspace from the favorites.
///
/// For its owner only.
#[utoipa::path(delete, path = "/api/v2/workspaces/{workspace}/favorite", tag = "Workspaces",
    params(("workspace" = Uuid, Path)), responses((status = 204)))]
pub async fn remove_favorite(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(workspace): Path<Uuid>,
) -> Result<StatusCode> {
    state.control.set_favorite(&caller, workspace.into(), false).await?;
    Ok(StatusCode::NO_CONTENT)
}
