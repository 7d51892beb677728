//! What every handler can reach.

use std::{ops::Deref, sync::Arc};

use axum::extract::FromRef;
use coder_control::{AppAddresses, Control};
use coder_dashboard::{DashboardState, LiveState};
use coder_http::cookies::CookiePolicy;
use coder_provision::Processes;
use coder_wire::deployment::SshConfig;
use tokio_util::sync::CancellationToken;
use url::Url;
use uuid::Uuid;

use crate::agents::Registry;

/// What every handler can reach. Cheap to clone.
#[derive(Clone)]
pub struct AppState(Arc<Inner>);

/// The parts of a [`AppState`].
pub struct Inner {
    /// The use cases.
    pub control: Arc<Control>,
    /// Agents that are connected to this server.
    pub agents: Registry,
    /// Makes local workspaces; absent where they are not allowed.
    pub processes: Option<Processes>,
    /// Where people and agents reach the server.
    pub access_url: Url,
    /// How cookies are set.
    pub cookies: CookiePolicy,
    /// How apps are reached.
    pub apps: AppAddresses,
    /// How workspaces are named for SSH clients.
    pub ssh: SshConfig,
    /// Names this server among those that share the database.
    pub server_id: Uuid,
    /// Shutdown signal for long-lived connections and jobs.
    pub shutdown: CancellationToken,
}

impl AppState {
    /// Shares these parts.
    #[must_use]
    pub fn new(parts: Inner) -> Self {
        Self(Arc::new(parts))
    }
}

impl AppState {
    /// The state of the dashboard's handlers.
    pub(crate) fn dashboard(&self) -> DashboardState {
        DashboardState::new(coder_dashboard::Inner {
            control: Arc::clone(&self.control),
            live: Arc::new(self.clone()),
            access_url: self.access_url.clone(),
            cookies: self.cookies,
            apps: self.apps.clone(),
            ssh_hostname_prefix: self.ssh.hostname_prefix.clone(),
            shutdown: self.shutdown.clone(),
        })
    }
}

impl LiveState for AppState {
    fn connected_agents(&self) -> usize {
        self.agents.connections().len()
    }

    fn allows_processes(&self) -> bool {
        self.processes.is_some()
    }
}

impl Deref for AppState {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl FromRef<AppState> for Arc<Control> {
    fn from_ref(state: &AppState) -> Self {
        Self::clone(&state.control)
    }
}
