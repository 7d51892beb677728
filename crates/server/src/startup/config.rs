//! What an operator decides.

use std::{net::SocketAddr, path::PathBuf};

use coder_control::{AppHosts, Clock, KeySource};
use coder_wire::deployment::SshConfig;
use url::Url;
use zeroize::Zeroizing;

/// What an operator decides. Where each comes from (flag, environment) is the command line's business.
#[derive(Clone)]
pub struct Config {
    /// The address to listen on.
    pub http_address: SocketAddr,
    /// Where people and agents reach the server; the address itself when not given.
    pub access_url: Option<Url>,
    /// Database, key and local workspaces.
    pub data_dir: PathBuf,
    /// A PostgreSQL URL; SQLite in the data folder when not given. Holds a password.
    pub postgres_url: Option<Zeroizing<String>>,
    /// Where the deployment keys are.
    pub keys: KeySource,
    /// Whether workspaces may run as processes on this machine, as the server's own user.
    pub allow_process_workspaces: bool,
    /// The `coder` program that local workspaces run as their agent.
    pub agent_program: PathBuf,
    /// Hostnames of apps; without, apps are only served under a path.
    pub app_hosts: Option<AppHosts>,
    /// Whether apps are served under a path of the server, where they share the dashboard's origin.
    pub path_based_apps: bool,
    /// How workspaces are named for SSH clients.
    pub ssh: SshConfig,
    /// The source of the time.
    pub clock: Clock,
}
