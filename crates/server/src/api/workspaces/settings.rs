//! What a workspace does by itself, and where its owner wants it.

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

/// Says when a workspace starts by itself.
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

/// Says how long a workspace runs, from its next start on, before it is stopped.
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

/// Moves the end of a running workspace.
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

/// Puts a workspace aside, which stops it, or takes it back.
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

/// Puts a workspace first in its owner's lists.
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

/// Puts a workspace among the others again.
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
