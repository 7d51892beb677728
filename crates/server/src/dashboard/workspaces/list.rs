//! The list of workspaces.

use std::time::Duration;

use askama::Template;
use axum::{extract::State, response::Response};
use coder_control::{Result, WorkspaceWithBuild};
use coder_model::{pagination::Pagination, user::Role};

use super::{
    LIST,
    at::page_of,
    show::title,
    status::{self, Badge, Possible},
};
use crate::{
    AppState,
    dashboard::{
        answer::{Answer, page, refused},
        complaints::Complaints,
        events::{End, Page, follow, render},
        frame::{Frame, Section},
        shown::{When, filters},
        visit::Member,
    },
    extract::Query,
};

/// The search that finds one's own.
const OWN: &str = "owner:me";
/// Workspaces on one page.
const AT_ONCE: u32 = 25;
/// How often the list is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(2);

#[derive(Template)]
#[template(path = "workspaces/list.html", blocks = ["rows"])]
struct WorkspacesPage {
    frame: Frame,
    rows: Vec<Row>,
    count: i64,
    q: String,
    sees_all: bool,
    complaints: Complaints,
    live: String,
    earlier: Option<String>,
    later: Option<String>,
}

struct Row {
    id: String,
    path: String,
    name: String,
    owner: String,
    template: String,
    status: Badge,
    health: Option<Badge>,
    possible: Possible,
    terminal: Option<String>,
    used: When,
}

/// Which of them.
#[derive(Debug, Clone, Default, serde::Deserialize)]
pub struct ListQuery {
    q: Option<String>,
    #[serde(default)]
    offset: u32,
}

impl ListQuery {
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

/// The list of workspaces: one's own, or those that match `q`.
pub async fn workspaces_page(
    State(state): State<AppState>,
    member: Member,
    Query(query): Query<ListQuery>,
) -> Answer {
    let mut shown = WorkspacesPage {
        frame: member.frame(Section::Workspaces),
        rows: Vec::new(),
        count: 0,
        q: asked(&query).to_owned(),
        sees_all: member.caller.has_any(&[Role::Owner]),
        complaints: Complaints::default(),
        live: query.url("/workspaces/live", query.offset),
        earlier: (query.offset > 0).then(|| query.url(LIST, query.offset.saturating_sub(AT_ONCE))),
        later: None,
    };
    match rows(&state, &member, &query).await {
        Ok((rows, count)) => {
            let next = query.offset + AT_ONCE;
            shown.later = (count > i64::from(next)).then(|| query.url(LIST, next));
            (shown.rows, shown.count) = (rows, count);
            page(&shown)
        }
        Err(error) => {
            shown.complaints = Complaints::of(error)?;
            // There is nothing to follow: a page that did would be led away from what it says.
            shown.live.clear();
            refused(&shown)
        }
    }
}

fn asked(query: &ListQuery) -> &str {
    query.q.as_deref().unwrap_or(OWN)
}

async fn rows(state: &AppState, member: &Member, query: &ListQuery) -> Result<(Vec<Row>, i64)> {
    let slice = Pagination { limit: AT_ONCE, offset: query.offset };
    let (found, count) = state.control.list_workspaces(&member.caller, asked(query), slice).await?;
    let mut rows = Vec::with_capacity(found.len());
    for overview in &found {
        rows.push(row(state, member, overview).await?);
    }
    Ok((rows, count))
}

async fn row(state: &AppState, member: &Member, overview: &WorkspaceWithBuild) -> Result<Row> {
    let agent = state.control.agent_of(overview).await?;
    let is_own = overview.workspace.owner == member.caller.id();
    let path = page_of(overview);
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
        possible: Possible::of(overview),
        used: overview.workspace.last_used_at.into(),
        terminal,
        path,
    })
}

/// Sends the rows again as they change.
pub async fn follow_workspaces(
    State(state): State<AppState>,
    member: Member,
    Query(query): Query<ListQuery>,
) -> Response {
    let caller = member.caller.clone();
    follow(state, caller, LIST, move |state, page| watch(state, page, member, query))
}

async fn watch(state: AppState, page: Page, member: Member, query: ListQuery) -> std::result::Result<(), End> {
    let mut sent = String::new();
    loop {
        let (rows, count) = rows(&state, &member, &query).await?;
        let shown = WorkspacesPage {
            frame: member.frame(Section::Workspaces),
            rows,
            count,
            q: asked(&query).to_owned(),
            sees_all: member.caller.has_any(&[Role::Owner]),
            complaints: Complaints::default(),
            live: String::new(),
            earlier: None,
            later: None,
        };
        let now = render(&shown.as_rows())?;
        if now != sent {
            page.replace(now.clone()).await?;
            sent = now;
        }
        page.pause(LOOK_EVERY).await?;
    }
}
