//! Create, list, get and rename workspaces.

use axum::{extract::State, http::StatusCode};
use coder_control::NewWorkspace;
use coder_http::{
    Result,
    extract::{Authenticated, Json, Path, Query},
};
use coder_wire::workspaces::{
    CreateWorkspaceRequest, ExternalAgentCredentials, UpdateWorkspaceRequest, Workspace, WorkspacesResponse,
};
use uuid::Uuid;

use super::response;
use crate::{AppState, api::pagination::PaginationQuery};

/// Create a workspace and start it.
///
/// For the caller's own account only.
#[utoipa::path(post, path = "/api/v2/users/{user}/workspaces", tag = "Workspaces",
    params(("user" = String, Path)), request_body = CreateWorkspaceRequest,
    responses((status = 201, body = Workspace), (status = 409, body = coder_wire::ApiError)))]
pub async fn create_workspace(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(user): Path<String>,
    Json(request): Json<CreateWorkspaceRequest>,
) -> Result<(StatusCode, Json<Workspace>)> {
    let owner = state.control.user_by_ref(&caller, &user).await?;
    let new = NewWorkspace {
        name: request.name,
        template: request.template_id.map(Into::into),
        version: request.template_version_id.map(Into::into),
    };
    let overview = state.control.create_workspace(&caller, &owner, new).await?;
    Ok((StatusCode::CREATED, Json(response::workspace(&state, &overview).await?)))
}

/// List workspaces.
///
/// `q` is made of `owner:me`, `owner:NAME`, `name:NAME`, `template:NAME` and parts of a name. Only owners of the
/// deployment see workspaces of other users.
#[utoipa::path(get, path = "/api/v2/workspaces", tag = "Workspaces", params(PaginationQuery),
    responses((status = 200, body = WorkspacesResponse)))]
pub async fn list_workspaces(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Query(query): Query<PaginationQuery>,
) -> Result<Json<WorkspacesResponse>> {
    let (page, count) = state.control.list_workspaces(&caller, &query.q, query.pagination()).await?;
    let mut workspaces = Vec::with_capacity(page.len());
    for overview in &page {
        workspaces.push(response::workspace(&state, overview).await?);
    }
    Ok(Json(WorkspacesResponse { workspaces, count }))
}

#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DeletedQuery {
    /// Return the workspace even if it was deleted.
    #[serde(default)]
    include_deleted: bool,
}

/// Get a workspace.
///
/// Returns 410 if it was deleted. For its owner and for owners of the deployment.
#[utoipa::path(get, path = "/api/v2/workspaces/{workspace}", tag = "Workspaces",
    params(("workspace" = Uuid, Path), DeletedQuery),
    responses((status = 200, body = Workspace), (status = 410, body = coder_wire::ApiError)))]
pub async fn get_workspace(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(workspace): Path<Uuid>,
    Query(query): Query<DeletedQuery>,
) -> Result<Json<Workspace>> {
    let overview = state.control.find_workspace(&caller, workspace.into(), query.include_deleted).await?;
    Ok(Json(response::workspace(&state, &overview).await?))
}

/// Rename a workspace.
///
/// For its owner and for owners of the deployment.
#[utoipa::path(patch, path = "/api/v2/workspaces/{workspace}", tag = "Workspaces",
    params(("workspace" = Uuid, Path)), request_body = UpdateWorkspaceRequest,
    responses((status = 204), (status = 409, body = coder_wire::ApiError)))]
pub async fn update_workspace(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(workspace): Path<Uuid>,
    Json(request): Json<UpdateWorkspaceRequest>,
) -> Result<StatusCode> {
    state.control.rename_workspace(&caller, workspace.into(), &request.name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Get a workspace of a user by name.
///
/// For its owner and for owners of the deployment.
#[utoipa::path(get, path = "/api/v2/users/{user}/workspace/{name}", tag = "Workspaces",
    params(("user" = String, Path), ("name" = String, Path), DeletedQuery),
    responses((status = 200, body = Workspace)))]
pub async fn get_workspace_by_name(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path((user, name)): Path<(String, String)>,
    Query(query): Query<DeletedQuery>,
) -> Result<Json<Workspace>> {
    let owner = state.control.user_by_ref(&caller, &user).await?;
    let overview = state.control.find_workspace_by_name(&caller, &owner, &name, query.include_deleted).await?;
    Ok(Json(response::workspace(&state, &overview).await?))
}

/// Get the command that starts the agent of an external workspace, with its token.
///
/// For the workspace's owner only.
#[utoipa::path(get, path = "/api/v2/workspaces/{workspace}/external-agent/{agent}/credentials", tag = "Workspaces",
    params(("workspace" = Uuid, Path), ("agent" = String, Path)),
    responses((status = 200, body = ExternalAgentCredentials)))]
pub async fn external_agent_credentials(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path((workspace, agent)): Path<(Uuid, String)>,
) -> Result<Json<ExternalAgentCredentials>> {
    let token = state.control.external_agent_token(&caller, workspace.into(), &agent).await?;
    let url = state.agent_url();
    let command = format!("CODER_AGENT_URL={url} CODER_AGENT_TOKEN={} coder agent", *token);
    Ok(Json(ExternalAgentCredentials { command, agent_token: coder_wire::Sensitive::new(token) }))
}
