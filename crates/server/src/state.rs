//! The state of all handlers.

use std::{ops::Deref, sync::Arc};

use axum::extract::FromRef;
use coder_control::{AppAddresses, Control};
use coder_dashboard::{DashboardState, LiveState};
use coder_http::cookies::CookiePolicy;
use coder_model::template::ProvisionerKind;
use coder_provision::Provisioners;
use coder_wire::deployment::SshConfig;
use tokio_util::sync::CancellationToken;
use url::Url;
use uuid::Uuid;

use crate::agents::Registry;

/// The state of all handlers. Cheap to clone.
#[derive(Clone)]
pub struct AppState(Arc<Inner>);

pub struct Inner {
    pub control: Arc<Control>,
    /// Agents connected to this server.
    pub agents: Registry,
    /// What workspaces run on.
    pub provisioners: Provisioners,
    /// Where browsers and agents reach the server.
    pub access_url: Url,
    pub cookies: CookiePolicy,
    pub apps: AppAddresses,
    /// Settings for SSH clients.
    pub ssh: SshConfig,
    /// Identifies this server among those that share the database.
    pub server_id: Uuid,
    /// Shutdown signal for long-lived connections and jobs.
    pub shutdown: CancellationToken,
}

impl AppState {
    #[must_use]
    pub fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    /// The access URL as agents get it: without a slash at the end.
    #[must_use]
    pub fn agent_url(&self) -> &str {
        self.access_url.as_str().trim_end_matches('/')
    }

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

    fn provisioner_summary(&self, kind: ProvisionerKind) -> &'static str {
        self.provisioners.get(kind).describe().summary
    }

    fn provisioner_availability(&self) -> Vec<(&'static str, &'static str)> {
        let described = self.provisioners.iter().filter_map(|provisioner| provisioner.describe().availability);
        described.map(|availability| (availability.title, availability.text)).collect()
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
