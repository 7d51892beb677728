//! Builds of workspaces and their logs.

use axum::{
    extract::{State, WebSocketUpgrade, ws::rejection::WebSocketUpgradeRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use coder_control::Error;
use coder_http::{
    HttpError, Result,
    extract::{Authenticated, Json, Path, Query},
};
use coder_model::workspace::Transition;
use coder_wire::deployment::Message;
use coder_wire::workspaces::{BuildLog, CreateWorkspaceBuildRequest, WorkspaceBuild};
use uuid::Uuid;

use super::response;
use crate::{
    AppState,
    api::{
        logs::{LogsQuery, Source, follow, no_websocket},
        pagination::PaginationQuery,
    },
};

/// Start, stop or delete a workspace.
///
/// Creates a build. Fails while another build is active or the workspace is dormant. With `orphan`, a delete leaves the
/// provisioner's resources alone; for owners and template admins.
#[utoipa::path(post, path = "/api/v2/workspaces/{workspace}/builds", tag = "Builds",
    params(("workspace" = Uuid, Path)), request_body = CreateWorkspaceBuildRequest,
    responses((status = 201, body = WorkspaceBuild), (status = 409, body = coder_wire::ApiError)))]
pub async fn create_build(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(workspace): Path<Uuid>,
    Json(request): Json<CreateWorkspaceBuildRequest>,
) -> Result<(StatusCode, Json<WorkspaceBuild>)> {
    let transition = Transition::parse(&request.transition).ok_or_else(|| {
        HttpError::from(Error::invalid_field("transition", "Transition must be start, stop or delete."))
    })?;
    let version = request.template_version_id.map(Into::into);
    let overview =
        state.control.create_build(&caller, workspace.into(), transition, version, request.orphan).await?;
    Ok((StatusCode::CREATED, Json(response::build(&state, &overview).await?)))
}

/// Restart a workspace.
///
/// Creates a stop build, and a start build when it has succeeded. Returns the first one: the stop, or the start if the
/// workspace is stopped. Fails while another build is active or the workspace is dormant.
#[utoipa::path(post, path = "/api/v2/workspaces/{workspace}/restart", tag = "Builds",
    params(("workspace" = Uuid, Path)),
    responses((status = 201, body = WorkspaceBuild), (status = 409, body = coder_wire::ApiError)))]
pub async fn restart_workspace(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(workspace): Path<Uuid>,
) -> Result<(StatusCode, Json<WorkspaceBuild>)> {
    let overview = state.control.restart_workspace(&caller, workspace.into()).await?;
    Ok((StatusCode::CREATED, Json(response::build(&state, &overview).await?)))
}

/// List the builds of a workspace, the latest first.
///
/// For the workspace's owner and for owners of the deployment.
#[utoipa::path(get, path = "/api/v2/workspaces/{workspace}/builds", tag = "Builds",
    params(("workspace" = Uuid, Path), PaginationQuery), responses((status = 200, body = [WorkspaceBuild])))]
pub async fn list_builds(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(workspace): Path<Uuid>,
    Query(query): Query<PaginationQuery>,
) -> Result<Json<Vec<WorkspaceBuild>>> {
    let page = state.control.list_builds(&caller, workspace.into(), query.pagination()).await?;
    let mut builds = Vec::with_capacity(page.len());
    for overview in &page {
        builds.push(response::build(&state, overview).await?);
    }
    Ok(Json(builds))
}

/// Get a build of a workspace by its number.
///
/// For the workspace's owner and for owners of the deployment.
#[utoipa::path(get, path = "/api/v2/users/{user}/workspace/{name}/builds/{number}", tag = "Builds",
    params(("user" = String, Path), ("name" = String, Path), ("number" = i64, Path)),
    responses((status = 200, body = WorkspaceBuild)))]
pub async fn get_build_by_number(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path((user, name, number)): Path<(String, String, i64)>,
) -> Result<Json<WorkspaceBuild>> {
    let owner = state.control.user_by_ref(&caller, &user).await?;
    let overview = state.control.find_build_by_number(&caller, &owner, &name, number).await?;
    Ok(Json(response::build(&state, &overview).await?))
}

/// Get a build.
///
/// For the workspace's owner and for owners of the deployment.
#[utoipa::path(get, path = "/api/v2/workspacebuilds/{build}", tag = "Builds", params(("build" = Uuid, Path)),
    responses((status = 200, body = WorkspaceBuild)))]
pub async fn get_build(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(build): Path<Uuid>,
) -> Result<Json<WorkspaceBuild>> {
    let overview = state.control.find_build(&caller, build.into()).await?;
    Ok(Json(response::build(&state, &overview).await?))
}

/// Cancel a build.
///
/// A waiting build is canceled at once, a running one soon after. Fails if the build has completed.
#[utoipa::path(patch, path = "/api/v2/workspacebuilds/{build}/cancel", tag = "Builds",
    params(("build" = Uuid, Path)), responses((status = 200, body = Message)))]
pub async fn cancel_build(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(build): Path<Uuid>,
) -> Result<Json<Message>> {
    state.control.cancel_build(&caller, build.into()).await?;
    Ok(Json(Message { message: "Job has been marked as canceled...".to_owned() }))
}

/// Get the parameters of a build.
///
/// Always empty: templates have no parameters.
#[utoipa::path(get, path = "/api/v2/workspacebuilds/{build}/parameters", tag = "Builds",
    params(("build" = Uuid, Path)), responses((status = 200, body = [String])))]
pub async fn get_build_parameters(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(build): Path<Uuid>,
) -> Result<Json<Vec<String>>> {
    state.control.find_build(&caller, build.into()).await?;
    Ok(Json(Vec::new()))
}

/// Get the log of a build.
///
/// At most 1000 lines, in order. With `follow`, a WebSocket that sends one line per message until the build has
/// completed.
#[utoipa::path(get, path = "/api/v2/workspacebuilds/{build}/logs", tag = "Builds",
    params(("build" = Uuid, Path), LogsQuery), responses((status = 200, body = [BuildLog])))]
pub async fn get_build_logs(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(build): Path<Uuid>,
    Query(query): Query<LogsQuery>,
    upgrade: std::result::Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response> {
    let lines = state.control.list_build_logs(&caller, build.into(), query.after).await?;
    if query.follows() {
        let upgrade = upgrade.map_err(|_| no_websocket())?;
        return Ok(upgrade.on_upgrade(move |socket| {
            follow(state, caller, Source::Build(build.into()), query.after, socket)
        }));
    }
    let lines = lines.into_iter().filter(|line| query.includes(line.id)).map(response::build_log);
    Ok(Json(lines.collect::<Vec<_>>()).into_response())
}
