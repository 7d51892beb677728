//! The configuration of a server.

use std::{net::SocketAddr, path::PathBuf};

use coder_control::{AppHosts, Clock, KeySource};
use coder_provision::Provisioners;
use coder_wire::deployment::SshConfig;
use url::Url;
use zeroize::Zeroizing;

/// The configuration of a server. The command line reads it from flags and environment.
#[derive(Clone)]
pub struct Config {
    pub http_address: SocketAddr,
    /// Where browsers and agents reach the server. Default: the listen address.
    pub access_url: Option<Url>,
    /// Directory of the SQLite database, the key and local workspaces.
    pub data_dir: PathBuf,
    /// A PostgreSQL URL, which may contain a password. Default: SQLite in the data directory.
    pub postgres_url: Option<Zeroizing<String>>,
    /// The source of the encryption keys.
    pub keys: KeySource,
    /// What workspaces may run on.
    pub provisioners: Provisioners,
    /// Host names of apps. None: apps are only served under a path.
    pub app_hosts: Option<AppHosts>,
    /// Whether apps are served under a path of the server, where they share its origin with the dashboard.
    pub path_based_apps: bool,
    /// Settings for SSH clients.
    pub ssh: SshConfig,
    pub clock: Clock,
}
