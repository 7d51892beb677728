//! A workspace's page: status, agent, logs, and the secrets that a restart would change.

use askama::Template;
use axum::extract::State;
use coder_control::{AgentView, Result};
use coder_model::{
    pagination::Pagination,
    template::AppTarget,
    workspace::{JobStatus, Transition, Warning, WorkspaceWithBuild},
};

use super::{
    log::{self, Line},
    path::{WorkspacePath, workspace_url},
    status::{self, AvailableActions, Badge},
};
use crate::{
    DashboardState,
    current_user::CurrentUser,
    filters,
    format::DisplayTime,
    layout::{Layout, Section},
    response::{PageResult, page},
};

/// Builds listed on the page.
const BUILDS: u32 = 10;

/// The page. `live.rs` sends its blocks again when they change.
#[derive(Template)]
#[template(path = "workspaces/show.html", blocks = ["summary", "notes", "agent", "build", "build_log", "agent_log"])]
pub struct WorkspacePage {
    pub(super) layout: Layout,
    pub(super) view: WorkspaceView,
    pub(super) build_lines: Vec<Line>,
    pub(super) agent_lines: Vec<Line>,
    /// The URL of live updates, with what the page shows already.
    pub(super) live: String,
}

/// The workspace and its agent, without logs.
pub struct WorkspaceView {
    pub path: String,
    pub name: String,
    pub owner: String,
    pub is_own: bool,
    pub template: String,
    pub template_title: String,
    pub is_outdated: bool,
    pub status: Badge,
    pub actions: AvailableActions,
    pub is_restarting: bool,
    pub build: BuildView,
    pub builds: Vec<BuildView>,
    pub agent: Option<AgentPanel>,
    pub ssh_host: String,
    /// Secrets that a restart would change: name and kind of change.
    pub pending: Vec<(String, &'static str)>,
    pub warnings: Vec<Warning>,
    pub deadline: Option<DisplayTime>,
    pub dormant: Option<DisplayTime>,
}

impl WorkspaceView {
    fn has_no_notes(&self) -> bool {
        self.build.error.is_empty() && self.pending.is_empty() && self.warnings.is_empty()
    }
}

pub struct BuildView {
    pub number: i64,
    pub title: &'static str,
    pub status: Badge,
    pub error: String,
    pub at: DisplayTime,
    pub by: String,
}

impl From<&WorkspaceWithBuild> for BuildView {
    fn from(overview: &WorkspaceWithBuild) -> Self {
        let build = &overview.build;
        Self {
            number: build.number,
            title: match build.transition {
                Transition::Start => "Start",
                Transition::Stop if build.then_start => "Restart",
                Transition::Stop => "Stop",
                Transition::Delete => "Delete",
            },
            status: status::of_build(build.status),
            error: build.error.clone(),
            at: build.created_at.into(),
            by: overview.initiator_name.clone(),
        }
    }
}

pub struct AgentPanel {
    pub name: String,
    pub status: Badge,
    pub is_connected: bool,
    /// The agent of an external workspace, not connected yet.
    pub is_awaited: bool,
    pub machine: String,
    pub directory: String,
    pub ready: Option<DisplayTime>,
    pub logs_overflowed: bool,
    pub apps: Vec<AppLink>,
}

pub struct AppLink {
    pub title: String,
    pub url: String,
    pub health: Option<Badge>,
    pub is_terminal: bool,
}

pub async fn workspace_page(
    State(state): State<DashboardState>,
    path: WorkspacePath,
    current_user: CurrentUser,
) -> PageResult {
    let overview = path.find(&state, &current_user).await?;
    let agent = state.control.agent_of(&overview).await?;
    let view = view(&state, &current_user, &overview, agent.as_ref()).await?;
    let build_lines = state.control.list_build_logs(&current_user.caller, overview.build.id, 0).await?;
    let agent_lines = match &agent {
        Some(agent) => state.control.list_agent_logs(&current_user.caller, agent.agent.id, 0).await?,
        None => Vec::new(),
    };
    let last = (build_lines.last().map_or(0, |line| line.id), agent_lines.last().map_or(0, |line| line.id));
    let live = format!("{}/live?build={}&after={}-{}", view.path, overview.build.id, last.0, last.1);
    page(&WorkspacePage {
        layout: current_user.layout(Section::Workspaces),
        view,
        build_lines: log::of_build(&build_lines),
        agent_lines: agent.map(|agent| log::of_agent(&agent, &agent_lines)).unwrap_or_default(),
        live,
    })
}

/// The page's content except the logs.
pub async fn view(
    state: &DashboardState,
    current_user: &CurrentUser,
    overview: &WorkspaceWithBuild,
    agent: Option<&AgentView>,
) -> Result<WorkspaceView> {
    let caller = &current_user.caller;
    let latest = Pagination { limit: BUILDS, offset: 0 };
    let builds = state.control.list_builds(caller, overview.workspace.id, latest).await?;
    let pending = state.control.pending_changes(caller, overview).await?;
    let actions = AvailableActions::of(overview);
    Ok(WorkspaceView {
        path: workspace_url(overview),
        name: overview.workspace.name.to_string(),
        owner: overview.owner_name.clone(),
        is_own: caller.owns(&overview.workspace),
        template: overview.template_name.clone(),
        template_title: title(&overview.template_display_name, &overview.template_name),
        is_outdated: overview.build.template_version != overview.active_version,
        status: status::of_workspace(overview),
        actions,
        is_restarting: overview.build.then_start && actions.cancel,
        build: BuildView::from(overview),
        builds: builds.iter().map(BuildView::from).collect(),
        // A failed start has no agent to wait for.
        agent: agent
            .filter(|_| !matches!(overview.build.status, JobStatus::Failed | JobStatus::Canceled))
            .map(|agent| agent_panel(state, agent)),
        ssh_host: format!("{}{}", state.ssh_hostname_prefix, overview.workspace.name),
        pending: pending.into_iter().map(|(name, change)| (name, status::of_change(change))).collect(),
        warnings: agent.map(|agent| agent.warnings.clone()).unwrap_or_default(),
        deadline: overview.build.deadline.map(DisplayTime::from),
        dormant: overview.workspace.dormant_at.map(DisplayTime::from),
    })
}

/// The display name, or the name if there is none.
pub fn title(display_name: &str, name: &str) -> String {
    if display_name.is_empty() { name } else { display_name }.to_owned()
}

fn agent_panel(state: &DashboardState, view: &AgentView) -> AgentPanel {
    let agent = &view.agent;
    let is_connected = view.status == coder_model::workspace::AgentStatus::Connected;
    let machine = [agent.operating_system.as_str(), agent.architecture.as_str()].join(" ");
    AgentPanel {
        name: agent.name.clone(),
        status: status::of_agent(view),
        is_connected,
        is_awaited: !is_connected && view.definition.provisioner.is_agent_started_by_owner(),
        machine: machine.trim().to_owned(),
        directory: agent.expanded_directory.clone(),
        ready: agent.ready_at.map(DisplayTime::from),
        logs_overflowed: view.logs.1,
        apps: view
            .definition
            .apps
            .iter()
            .map(|app| {
                let is_terminal = matches!(app.target, AppTarget::Command(_));
                AppLink {
                    title: title(&app.display_name, &app.slug),
                    url: state.apps.href(view, app).unwrap_or_default(),
                    health: status::of_app(view.health_of(app)),
                    is_terminal,
                }
            })
            .collect(),
    }
}
