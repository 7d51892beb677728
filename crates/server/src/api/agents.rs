//! Agents as people see them.

use axum::extract::State as Shared;
use coder_wire::workspaces::{AgentLog, WorkspaceAgent};
use uuid::Uuid;

use super::workspaces::{LogsQuery, agent as show};
use crate::{
    State,
    error::Result,
    extract::{Json, Path, Query, SignedIn},
};

/// An agent.
#[utoipa::path(get, path = "/api/v2/workspaceagents/{agent}", tag = "Agents", params(("agent" = Uuid, Path)),
    responses((status = 200, body = WorkspaceAgent)))]
pub async fn get_agent(
    Shared(state): Shared<State>,
    SignedIn(caller): SignedIn,
    Path(agent): Path<Uuid>,
) -> Result<Json<WorkspaceAgent>> {
    Ok(Json(show(&state.control.find_agent(&caller, agent.into()).await?)))
}

/// Lines of an agent's log since its workspace's latest start, in order; at most a thousand.
#[utoipa::path(get, path = "/api/v2/workspaceagents/{agent}/logs", tag = "Agents",
    params(("agent" = Uuid, Path), LogsQuery), responses((status = 200, body = [AgentLog])))]
pub async fn get_agent_logs(
    Shared(state): Shared<State>,
    SignedIn(caller): SignedIn,
    Path(agent): Path<Uuid>,
    Query(query): Query<LogsQuery>,
) -> Result<Json<Vec<AgentLog>>> {
    let lines = state.control.list_agent_logs(&caller, agent.into(), query.after).await?;
    let lines = lines.into_iter().map(|line| AgentLog {
        id: line.id,
        created_at: line.created_at.into(),
        level: line.level.as_str().to_owned(),
        output: line.output,
        source_id: line.source.uuid(),
    });
    Ok(Json(lines.collect()))
}
