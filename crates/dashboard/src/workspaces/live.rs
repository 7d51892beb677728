//! A workspace's page, kept up to date.

use coder_http::extract::Query;
use coder_model::{
    BuildId,
    workspace::{AgentStatus, JobStatus, Lifecycle, WorkspaceWithBuild},
};
use std::time::Duration;

use axum::{extract::State, http::HeaderMap, response::Response};
use coder_control::AgentView;
use uuid::Uuid;

use super::{
    LIST_PATH, log,
    path::WorkspacePath,
    show::{WorkspacePage, view},
};
use crate::{
    DashboardState,
    current_user::CurrentUser,
    event_stream::{EventSink, StreamEnd, follow, render},
    layout::Section,
};

/// How often it is looked at while something is under way.
const BUSY_POLL_INTERVAL: Duration = Duration::from_millis(400);
/// How often otherwise.
const IDLE_POLL_INTERVAL: Duration = Duration::from_secs(2);

/// What the page shows already.
#[derive(Debug, serde::Deserialize)]
pub struct ShownQuery {
    build: Uuid,
    after: String,
}

/// What a page shows already: the build, and the last lines of its log and of the agent's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shown {
    build: BuildId,
    build_line: i64,
    agent_line: i64,
}

impl Shown {
    /// `LINE-LINE` of the query; or what the browser last heard of, `LINE-LINE-BUILD`, when it comes again.
    fn parse(query: &ShownQuery, last_event: Option<&str>) -> Self {
        let heard = last_event
            .and_then(|mark| mark.splitn(3, '-').nth(2))
            .and_then(|build| Uuid::parse_str(build).ok());
        let (mark, build) = match (last_event, heard) {
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

/// Sends the parts of a workspace's page as they change, and lines of logs as they are added.
pub async fn follow_workspace(
    State(state): State<DashboardState>,
    path: WorkspacePath,
    current_user: CurrentUser,
    Query(query): Query<ShownQuery>,
    headers: HeaderMap,
) -> Response {
    let last_event = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let shown = Shown::parse(&query, last_event);
    let caller = current_user.caller.clone();
    follow(state, caller, LIST_PATH, move |state, page| watch(state, page, path, current_user, shown))
}

async fn watch(
    state: DashboardState,
    page: EventSink,
    path: WorkspacePath,
    current_user: CurrentUser,
    mut shown: Shown,
) -> Result<(), StreamEnd> {
    let mut sent = [const { String::new() }; 4];
    loop {
        let overview = path.find(&state, &current_user).await?;
        let agent = state.control.agent_of(&overview).await?;
        let mut now = parts(&state, &current_user, &overview, agent.as_ref()).await?;
        if overview.build.id != shown.build {
            // Another build: its log begins, and nothing of the agent's is its own yet.
            shown = Shown { build: overview.build.id, build_line: 0, agent_line: 0 };
            page.replace([render(&now.as_build_log())?, render(&now.as_agent_log())?].concat()).await?;
        }
        let parts = [
            render(&now.as_summary())?,
            render(&now.as_notes())?,
            render(&now.as_agent())?,
            render(&now.as_build())?,
        ];
        let changed: Vec<&str> =
            parts.iter().zip(&sent).filter(|(new, old)| new != old).map(|(new, _)| new.as_str()).collect();
        if !changed.is_empty() {
            page.replace(changed.concat()).await?;
        }
        sent = parts;
        let lines =
            state.control.list_build_logs(&current_user.caller, overview.build.id, shown.build_line).await?;
        if let Some(last) = lines.last() {
            shown.build_line = last.id;
            now.build_lines = log::of_build(&lines);
            page.append(render(&now.as_build_log())?, shown.mark()).await?;
        }
        if let Some(agent) = &agent {
            let lines =
                state.control.list_agent_logs(&current_user.caller, agent.agent.id, shown.agent_line).await?;
            if let Some(last) = lines.last() {
                shown.agent_line = last.id;
                now.agent_lines = log::of_agent(agent, &lines);
                page.append(render(&now.as_agent_log())?, shown.mark()).await?;
            }
        }
        page.sleep(if is_under_way(&overview, agent.as_ref()) {
            BUSY_POLL_INTERVAL
        } else {
            IDLE_POLL_INTERVAL
        })
        .await?;
    }
}

/// The page without any line of a log.
async fn parts(
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

fn is_under_way(overview: &WorkspaceWithBuild, agent: Option<&AgentView>) -> bool {
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
    fn a_page_that_comes_again_goes_on_where_it_was() {
        let (first, second) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let query = ShownQuery { build: first, after: "7-0".to_owned() };
        let from_page = Shown { build: first.into(), build_line: 7, agent_line: 0 };
        assert_eq!(Shown::parse(&query, None), from_page);
        let later = Shown { build: second.into(), build_line: 12, agent_line: 34 };
        assert_eq!(Shown::parse(&query, Some(&later.mark())), later);
        assert_eq!(Shown::parse(&query, Some("nonsense")), from_page);
    }
}
