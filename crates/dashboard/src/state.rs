//! What the pages need of the server.

use std::{ops::Deref, sync::Arc};

use axum::extract::FromRef;
use coder_control::{AppAddresses, Control};
use coder_http::cookies::CookiePolicy;
use coder_model::template::ProvisionerKind;
use tokio_util::sync::CancellationToken;
use url::Url;

/// What the pages show of the server's live state.
pub trait LiveState: Send + Sync {
    /// Agents connected to this server.
    fn connected_agents(&self) -> usize;
    /// Where workspaces of a kind run, such as "Process: runs on the server".
    fn provisioner_summary(&self, kind: ProvisionerKind) -> &'static str;
    /// What this server says of its provisioners: title and text of each.
    fn provisioner_availability(&self) -> Vec<(&'static str, &'static str)>;
}

/// The state of the dashboard's handlers. Cheap to clone.
#[derive(Clone)]
pub struct DashboardState(Arc<Inner>);

pub struct Inner {
    pub control: Arc<Control>,
    pub live: Arc<dyn LiveState>,
    /// Where browsers and agents reach the server.
    pub access_url: Url,
    pub cookies: CookiePolicy,
    pub apps: AppAddresses,
    /// Prefix of SSH host names: `coder.` for `ssh coder.NAME`.
    pub ssh_hostname_prefix: String,
    /// Shutdown signal for event streams.
    pub shutdown: CancellationToken,
}

impl DashboardState {
    #[must_use]
    pub fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }
}

impl Deref for DashboardState {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl FromRef<DashboardState> for Arc<Control> {
    fn from_ref(state: &DashboardState) -> Self {
        Self::clone(&state.control)
    }
}
