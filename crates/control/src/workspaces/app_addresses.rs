//! Addresses of apps: in a terminal, under a hostname of their own, or under a path of the server.

use coder_model::template::{App, AppTarget};
use url::Url;

use super::AppHosts;
use crate::AgentView;

/// How apps of this deployment are reached.
#[derive(Debug, Clone)]
pub struct AppAddresses {
    /// URL of the server.
    pub access_url: Url,
    /// Set if the operator has configured a wildcard hostname.
    pub hosts: Option<AppHosts>,
    /// Whether apps are served under a path of the server, where they share the dashboard's origin.
    pub path_based: bool,
}

impl AppAddresses {
    /// The hostnames of apps with a `*` for the app: `*.apps.example.com:8443`.
    #[must_use]
    pub fn host_pattern(&self) -> Option<String> {
        self.hosts.as_ref().map(|hosts| hosts.pattern(&self.access_url))
    }

    /// What replaces the `*` of the pattern; `None` for apps that run in a terminal, and without a wildcard hostname.
    #[must_use]
    pub fn subdomain_name(&self, agent: &AgentView, app: &App) -> Option<String> {
        match (&self.hosts, &app.target) {
            (Some(_), AppTarget::Url(_)) => {
                Some(format!("{}--{}--{}--{}", app.slug, agent.agent.name, agent.workspace, agent.owner))
            }
            _ => None,
        }
    }

    /// The address of an app for browsers: a URL, or a path of the server; `None` when apps with a URL are not
    /// served.
    #[must_use]
    pub fn href(&self, agent: &AgentView, app: &App) -> Option<String> {
        let (owner, workspace, slug) = (&agent.owner, &agent.workspace, &app.slug);
        let base = format!("/@{owner}/{workspace}.{}", agent.agent.name);
        match (&app.target, &self.hosts, self.subdomain_name(agent, app)) {
            (AppTarget::Command(_), ..) => Some(format!("{base}/terminal?app={slug}")),
            (AppTarget::Url(_), Some(hosts), Some(name)) => {
                let host = hosts.pattern(&self.access_url).replacen('*', &name, 1);
                Some(format!("{}/", hosts.origin(&self.access_url, &host)))
            }
            (AppTarget::Url(_), ..) => self.path_based.then(|| format!("{base}/apps/{slug}/")),
        }
    }
}
