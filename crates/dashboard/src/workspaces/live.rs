//! Live updates of a workspace's page.

use std::time::Duration;

use axum::{extract::State, http::HeaderMap, response::Response};
use coder_control::AgentView;
use coder_http::extract::Query;
use coder_model::{
    BuildId,
    workspace::{AgentStatus, JobStatus, Lifecycle, WorkspaceWithBuild},
};
use uuid::Uuid;

use super::{
    LIST_PATH, log,
    path::WorkspacePath,
    show::{WorkspacePage, view},
};
use crate::{
    DashboardState,
    current_user::CurrentUser,
    event_stream::{EventSink, StreamEnd, render, stream_updates},
    layout::Section,
};

/// How often the workspace is read while it builds, or its agent starts or stops.
const BUSY_POLL_INTERVAL: Duration = Duration::from_millis(400);
/// How often it is read otherwise.
const IDLE_POLL_INTERVAL: Duration = Duration::from_secs(2);

/// What the page shows when it connects: the build, and as `LINE-LINE` the last lines of its log and of the agent's.
#[derive(Debug, serde::Deserialize)]
pub struct PositionQuery {
    build: Uuid,
    after: String,
}

/// What the page shows: the build, and the last lines of its log and of the agent's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Position {
    build: BuildId,
    build_line: i64,
    agent_line: i64,
}

impl Position {
    /// From the query or, after a reconnect, from the last event that the browser received: `LINE-LINE-BUILD`.
    fn parse(query: &PositionQuery, last_event: Option<&str>) -> Self {
        let last_build = last_event
            .and_then(|mark| mark.splitn(3, '-').nth(2))
            .and_then(|build| Uuid::parse_str(build).ok());
        let (mark, build) = match (last_event, last_build) {
            (Some(mark), Some(build)) => (mark, build),
            _ => (query.after.as_str(), query.build),
        };
        let mut lines = mark.split('-').map(|line| line.parse().unwrap_or(0));
        let (build_line, agent_line) = (lines.next().unwrap_or(0), lines.next().unwrap_or(0));
        Self { build: build.into(), build_line, agent_line }
    }

    fn mark(self) -> String {
        format!("{}-{}-{}", self.build_line, self.agent_line, self.build)
    }
}

/// Sends the parts of a workspace's page that change, and new lines of its logs.
pub async fn follow_workspace(
    State(state): State<DashboardState>,
    path: WorkspacePath,
    current_user: CurrentUser,
    Query(query): Query<PositionQuery>,
    headers: HeaderMap,
) -> Response {
    let last_event = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let position = Position::parse(&query, last_event);
    let caller = current_user.caller.clone();
    stream_updates(state, caller, LIST_PATH, move |state, sink| {
        watch(state, sink, path, current_user, position)
    })
}

async fn watch(
    state: DashboardState,
    sink: EventSink,
    path: WorkspacePath,
    current_user: CurrentUser,
    mut position: Position,
) -> Result<(), StreamEnd> {
    let mut sent = [const { String::new() }; 4];
    loop {
        let overview = path.find(&state, &current_user).await?;
        let agent = state.control.agent_of(&overview).await?;
        let mut page = page_without_logs(&state, &current_user, &overview, agent.as_ref()).await?;
        if overview.build.id != position.build {
            // A new build has empty logs.
            position = Position { build: overview.build.id, build_line: 0, agent_line: 0 };
            sink.replace([render(&page.as_build_log())?, render(&page.as_agent_log())?].concat()).await?;
        }
        let parts = [
            render(&page.as_summary())?,
            render(&page.as_notes())?,
            render(&page.as_agent())?,
            render(&page.as_build())?,
        ];
        let changed: Vec<&str> =
            parts.iter().zip(&sent).filter(|(new, old)| new != old).map(|(new, _)| new.as_str()).collect();
        if !changed.is_empty() {
            sink.replace(changed.concat()).await?;
        }
        sent = parts;
        let lines =
            state.control.list_build_logs(&current_user.caller, overview.build.id, position.build_line).await?;
        if let Some(last) = lines.last() {
            position.build_line = last.id;
            page.build_lines = log::of_build(&lines);
            sink.append(render(&page.as_build_log())?, position.mark()).await?;
        }
        if let Some(agent) = &agent {
            let lines = state
                .control
                .list_agent_logs(&current_user.caller, agent.agent.id, position.agent_line)
                .await?;
            if let Some(last) = lines.last() {
                position.agent_line = last.id;
                page.agent_lines = log::of_agent(agent, &lines);
                sink.append(render(&page.as_agent_log())?, position.mark()).await?;
            }
        }
        sink.sleep(if is_changing(&overview, agent.as_ref()) {
            BUSY_POLL_INTERVAL
        } else {
            IDLE_POLL_INTERVAL
        })
        .await?;
    }
}

async fn page_without_logs(
    state: &DashboardState,
    current_user: &CurrentUser,
    overview: &WorkspaceWithBuild,
    agent: Option<&AgentView>,
) -> Result<WorkspacePage, StreamEnd> {
    Ok(WorkspacePage {
        layout: current_user.layout(Section::Workspaces),
        view: view(state, current_user, overview, agent).await?,
        build_lines: Vec::new(),
        agent_lines: Vec::new(),
        live: String::new(),
    })
}

fn is_changing(overview: &WorkspaceWithBuild, agent: Option<&AgentView>) -> bool {
    matches!(overview.build.status, JobStatus::Pending | JobStatus::Running | JobStatus::Canceling)
        || agent.is_some_and(|agent| {
            agent.status == AgentStatus::Connecting
                || matches!(
                    agent.agent.lifecycle,
                    Lifecycle::Created | Lifecycle::Starting | Lifecycle::ShuttingDown
                )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_reconnects_resumes_after_its_last_event() {
        let (first, second) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let query = PositionQuery { build: first, after: "7-0".to_owned() };
        let from_page = Position { build: first.into(), build_line: 7, agent_line: 0 };
        assert_eq!(Position::parse(&query, None), from_page);
        let later = Position { build: second.into(), build_line: 12, agent_line: 34 };
        assert_eq!(Position::parse(&query, Some(&later.mark())), later);
        assert_eq!(Position::parse(&query, Some("nonsense")), from_page);
    }
}
