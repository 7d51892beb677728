//! The list of workspaces.

use std::time::Duration;

use askama::Template;
use axum::{extract::State, response::Response};
use coder_control::Result;
use coder_http::extract::Query;
use coder_model::{pagination::Pagination, workspace::WorkspaceWithBuild};

use super::{
    LIST_PATH,
    path::workspace_url,
    show::title,
    status::{self, AvailableActions, Badge},
};
use crate::{
    DashboardState,
    current_user::CurrentUser,
    event_stream::{EventSink, StreamEnd, render, stream_updates},
    filters,
    form_errors::FormErrors,
    format::DisplayTime,
    layout::{Layout, Section},
    response::{PageResult, page, unprocessable},
};

/// The default search: the current user's workspaces.
const OWN: &str = "owner:me";
/// Workspaces on one page.
const PAGE_SIZE: u32 = 25;
/// How often the list is read for live updates.
const POLL_INTERVAL: Duration = Duration::from_secs(2);

#[derive(Template)]
#[template(path = "workspaces/list.html", blocks = ["rows"])]
struct WorkspacesPage {
    layout: Layout,
    rows: Vec<Row>,
    count: i64,
    q: String,
    sees_all: bool,
    errors: FormErrors,
    live: String,
    previous: Option<String>,
    next: Option<String>,
}

impl WorkspacesPage {
    /// The page before its rows are read.
    fn new(current_user: &CurrentUser, query: &ListQuery) -> Self {
        Self {
            layout: current_user.layout(Section::Workspaces),
            rows: Vec::new(),
            count: 0,
            q: query.search().to_owned(),
            sees_all: current_user.caller.can_see_all_workspaces(),
            errors: FormErrors::default(),
            live: query.url("/workspaces/live", query.offset),
            previous: (query.offset > 0).then(|| query.url(LIST_PATH, query.offset.saturating_sub(PAGE_SIZE))),
            next: None,
        }
    }
}

struct Row {
    id: String,
    path: String,
    name: String,
    owner: String,
    template: String,
    status: Badge,
    health: Option<Badge>,
    actions: AvailableActions,
    terminal: Option<String>,
    used: DisplayTime,
}

#[derive(Debug, Clone, Default, serde::Deserialize)]
pub struct ListQuery {
    q: Option<String>,
    #[serde(default)]
    offset: u32,
}

impl ListQuery {
    fn search(&self) -> &str {
        self.q.as_deref().unwrap_or(OWN)
    }

    fn url(&self, path: &str, offset: u32) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if let Some(q) = &self.q {
            query.append_pair("q", q);
        }
        if offset > 0 {
            query.append_pair("offset", &offset.to_string());
        }
        format!("{path}?{}", query.finish())
    }
}

/// The current user's workspaces, or those that match `q`.
pub async fn workspaces_page(
    State(state): State<DashboardState>,
    current_user: CurrentUser,
    Query(query): Query<ListQuery>,
) -> PageResult {
    let mut view = WorkspacesPage::new(&current_user, &query);
    match rows(&state, &current_user, &query).await {
        Ok((rows, count)) => {
            let next = query.offset + PAGE_SIZE;
            view.next = (count > i64::from(next)).then(|| query.url(LIST_PATH, next));
            (view.rows, view.count) = (rows, count);
            page(&view)
        }
        Err(error) => {
            view.errors = FormErrors::of(error)?;
            // Live updates would fail as well, and lead the browser away from the error.
            view.live.clear();
            unprocessable(&view)
        }
    }
}

async fn rows(
    state: &DashboardState,
    current_user: &CurrentUser,
    query: &ListQuery,
) -> Result<(Vec<Row>, i64)> {
    let slice = Pagination { limit: PAGE_SIZE, offset: query.offset };
    let (workspaces, count) =
        state.control.list_workspaces(&current_user.caller, query.search(), slice).await?;
    let mut rows = Vec::with_capacity(workspaces.len());
    for overview in &workspaces {
        rows.push(row(state, current_user, overview).await?);
    }
    Ok((rows, count))
}

async fn row(state: &DashboardState, current_user: &CurrentUser, overview: &WorkspaceWithBuild) -> Result<Row> {
    let agent = state.control.agent_of(overview).await?;
    let is_own = current_user.caller.owns(&overview.workspace);
    let path = workspace_url(overview);
    let terminal = agent
        .as_ref()
        .filter(|agent| is_own && agent.status == coder_model::workspace::AgentStatus::Connected)
        .map(|agent| format!("{path}.{}/terminal", agent.agent.name));
    Ok(Row {
        id: overview.workspace.id.to_string(),
        name: overview.workspace.name.to_string(),
        owner: overview.owner_name.clone(),
        template: title(&overview.template_display_name, &overview.template_name),
        status: status::of_workspace(overview),
        health: agent.filter(|agent| agent.unhealthy_reason().is_some()).map(|agent| status::of_agent(&agent)),
        actions: AvailableActions::of(overview),
        used: overview.workspace.last_used_at.into(),
        terminal,
        path,
    })
}

/// Sends the rows again when they change.
pub async fn follow_workspaces(
    State(state): State<DashboardState>,
    current_user: CurrentUser,
    Query(query): Query<ListQuery>,
) -> Response {
    let caller = current_user.caller.clone();
    stream_updates(state, caller, LIST_PATH, move |state, sink| watch(state, sink, current_user, query))
}

async fn watch(
    state: DashboardState,
    sink: EventSink,
    current_user: CurrentUser,
    query: ListQuery,
) -> std::result::Result<(), StreamEnd> {
    let mut sent = String::new();
    loop {
        let (rows, count) = rows(&state, &current_user, &query).await?;
        let view = WorkspacesPage { rows, count, ..WorkspacesPage::new(&current_user, &query) };
        let now = render(&view.as_rows())?;
        if now != sent {
            sink.replace(now.clone()).await?;
            sent = now;
        }
        sink.sleep(POLL_INTERVAL).await?;
    }
}
