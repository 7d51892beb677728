//! Workspace agents.

mod response;

use axum::{
    extract::{State, WebSocketUpgrade, ws::rejection::WebSocketUpgradeRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use coder_control::Scope;
use coder_http::{
    Result,
    extract::{Authenticated, Json, Path, Query},
};
use coder_wire::{
    Sensitive,
    workspaces::{AgentLog, TerminalTicket, WorkspaceAgent},
};
pub use response::{agent_log, to_wire};
use uuid::Uuid;

use super::logs::{LogsQuery, Source, follow, no_websocket};
use crate::AppState;

/// Get a workspace agent.
///
/// For the workspace's owner and for owners of the deployment.
#[utoipa::path(get, path = "/api/v2/workspaceagents/{agent}", tag = "Agents", params(("agent" = Uuid, Path)),
    responses((status = 200, body = WorkspaceAgent)))]
pub async fn get_agent(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(agent): Path<Uuid>,
) -> Result<Json<WorkspaceAgent>> {
    Ok(Json(to_wire(&state, &state.control.find_agent(&caller, agent.into()).await?)))
}

/// Create a ticket for a terminal.
///
/// Browsers cannot send a token header with a WebSocket, so they open it with `ticket`. Valid once, for 30 seconds. For
/// the workspace's owner only.
#[utoipa::path(post, path = "/api/v2/workspaceagents/{agent}/pty-ticket", tag = "Agents",
    params(("agent" = Uuid, Path)), responses((status = 201, body = TerminalTicket)))]
pub async fn create_terminal_ticket(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(agent): Path<Uuid>,
) -> Result<(StatusCode, Json<TerminalTicket>)> {
    let found = state.control.authorize_workspace(&caller, agent.into()).await?;
    state.control.record_workspace_use(&found.workspace).await?;
    let (ticket, expires_at) = state.control.issue_grant(&caller, &Scope::Terminal(agent.into())).await?;
    let ticket = Sensitive::new(ticket.expose());
    Ok((StatusCode::CREATED, Json(TerminalTicket { ticket, expires_at: expires_at.into() })))
}

/// Get the agent's log since the latest start of its workspace.
///
/// At most 1000 lines, in order. With `follow`, a WebSocket that sends arrays of lines. For the workspace's owner and
/// for owners of the deployment.
#[utoipa::path(get, path = "/api/v2/workspaceagents/{agent}/logs", tag = "Agents",
    params(("agent" = Uuid, Path), LogsQuery), responses((status = 200, body = [AgentLog])))]
pub async fn get_agent_logs(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(agent): Path<Uuid>,
    Query(query): Query<LogsQuery>,
    upgrade: std::result::Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response> {
    let lines = state.control.list_agent_logs(&caller, agent.into(), query.after).await?;
    if query.follows() {
        let upgrade = upgrade.map_err(|_| no_websocket())?;
        return Ok(upgrade.on_upgrade(move |socket| {
            follow(state, caller, Source::Agent(agent.into()), query.after, socket)
        }));
    }
    let lines = lines.into_iter().filter(|line| query.includes(line.id)).map(agent_log);
    Ok(Json(lines.collect::<Vec<_>>()).into_response())
}
