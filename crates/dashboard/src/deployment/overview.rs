//! Deployment → Overview.

use askama::Template;
use axum::extract::State;
use coder_control::KeyUse;
use coder_model::deployment::Counts;

use crate::{
    DashboardState,
    current_user::CurrentUser,
    filters,
    format::DisplayTime,
    layout::{Layout, Section},
    response::{PageResult, page},
};

#[derive(Template)]
#[template(path = "deployment/overview.html")]
struct DeploymentPage {
    layout: Layout,
    version: &'static str,
    access_url: String,
    id: String,
    since: DisplayTime,
    engine: &'static str,
    keys: Vec<KeyUse>,
    counts: Counts,
    /// Connected to this server.
    agents: usize,
    /// Title and text of each.
    provisioners: Vec<(&'static str, &'static str)>,
    /// The host name pattern of apps; empty if they have none.
    app_hosts: String,
    has_app_paths: bool,
}

/// The deployment's configuration, keys and counts. They are read from the database, so the page shows that it is connected.
pub async fn deployment_page(State(state): State<DashboardState>, current_user: CurrentUser) -> PageResult {
    let status = state.control.deployment_status(&current_user.caller).await?;
    let deployment = state.control.deployment();
    page(&DeploymentPage {
        layout: current_user.layout(Section::Deployment),
        version: env!("CARGO_PKG_VERSION"),
        access_url: state.access_url.to_string(),
        id: deployment.id.to_string(),
        since: deployment.created_at.into(),
        engine: status.engine,
        keys: status.keys,
        counts: status.counts,
        agents: state.live.connected_agents(),
        provisioners: state.live.provisioner_availability(),
        app_hosts: state.apps.host_pattern().unwrap_or_default(),
        has_app_paths: state.apps.path_based,
    })
}
