//! Flags of `coder server`, and the configuration they make.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, anyhow, bail};
use clap::Args;
use coder_provision::{Processes, Provisioners};
use coder_server::{AppHosts, Config as ServerConfig, KeySource, SshConfig};
use etcetera::{BaseStrategy, choose_base_strategy};
use url::Url;
use zeroize::Zeroizing;

use crate::{logging, server_url::parse_server_url, ssh_config_policy};

/// Run a server.
///
/// By default, everything is stored in an SQLite database in the data directory.
#[derive(Args)]
#[command(after_help = "Example:
  Try it out with a user, a template and a running workspace, all deleted at the end:
    coder server --dev")]
pub struct ServerArgs {
    /// Address to listen on.
    #[arg(
        long,
        value_name = "ADDRESS",
        default_value = "127.0.0.1:3000",
        env = "CODER_HTTP_ADDRESS",
        hide_env_values = true
    )]
    http_address: SocketAddr,
    /// URL of the server for users and agents, by default the address.
    #[arg(long, value_name = "URL", env = "CODER_ACCESS_URL", hide_env_values = true, value_parser = parse_server_url)]
    access_url: Option<Url>,
    /// Directory for database, key and local workspaces, by default coderv2 in your data directory.
    #[arg(long, value_name = "DIR", env = "CODER_DATA_DIR", hide_env_values = true)]
    data_dir: Option<PathBuf>,
    /// URL of a PostgreSQL database to use instead of SQLite. Prefer the variable: the URL contains a password.
    #[arg(long, value_name = "URL", env = "CODER_PG_CONNECTION_URL", hide_env_values = true)]
    postgres_url: Option<String>,
    /// Encryption keys, comma-separated base64 of 32 bytes each; the first encrypts, all decrypt. Prefer the variable
    /// or a file. With SQLite, a key is generated if none is set.
    #[arg(
        long,
        value_name = "KEYS",
        env = "CODER_EXTERNAL_TOKEN_ENCRYPTION_KEYS",
        hide_env_values = true,
        conflicts_with = "external_token_encryption_keys_file"
    )]
    external_token_encryption_keys: Option<String>,
    /// File with these keys.
    #[arg(
        long,
        value_name = "FILE",
        env = "CODER_EXTERNAL_TOKEN_ENCRYPTION_KEYS_FILE",
        hide_env_values = true
    )]
    external_token_encryption_keys_file: Option<PathBuf>,
    /// Allow workspaces that are processes on this machine. They run as the server's user: for development only.
    #[arg(long, env = "CODER_ALLOW_PROCESS_WORKSPACES", hide_env_values = true)]
    allow_process_workspaces: bool,
    /// Wildcard hostname for apps, such as *.apps.example.com.
    #[arg(
        long,
        value_name = "HOST",
        env = "CODER_WILDCARD_ACCESS_URL",
        hide_env_values = true,
        value_parser = AppHosts::parse
    )]
    wildcard_access_url: Option<AppHosts>,
    /// Do not serve apps under paths of the server, where they share the dashboard's origin.
    #[arg(long, env = "CODER_DISABLE_PATH_APPS", hide_env_values = true)]
    disable_path_apps: bool,
    /// Prefix of workspaces' hostnames for SSH clients.
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "coder.",
        env = "CODER_SSH_HOSTNAME_PREFIX",
        hide_env_values = true,
        value_parser = ssh_config_policy::parse_host_part
    )]
    ssh_hostname_prefix: String,
    /// Suffix of workspaces' hostnames for SSH clients, without the dot; may be empty.
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "coder",
        env = "CODER_WORKSPACE_HOSTNAME_SUFFIX",
        hide_env_values = true,
        value_parser = ssh_config_policy::parse_host_part
    )]
    workspace_hostname_suffix: String,
    /// Options for every SSH client's configuration: KEY=VALUE, comma-separated.
    #[arg(
        long,
        value_name = "KEY=VALUE",
        env = "CODER_SSH_CONFIG_OPTIONS",
        hide_env_values = true,
        value_delimiter = ',',
        value_parser = ssh_config_policy::parse_operator_option
    )]
    ssh_config_options: Vec<(String, String)>,
    /// Format of log lines.
    #[arg(long, value_enum, default_value = "text", env = "CODER_LOG_FORMAT", hide_env_values = true)]
    pub log_format: logging::Format,
    /// Run with a temporary data directory, a first user that this machine is logged in as, a template and a workspace.
    #[arg(long, conflicts_with_all = ["data_dir", "postgres_url"])]
    pub dev: bool,
}

impl ServerArgs {
    /// The server's configuration. `data_dir` overrides the flag.
    pub fn config(self, data_dir: Option<PathBuf>) -> Result<ServerConfig> {
        let data_dir = match data_dir.or(self.data_dir) {
            Some(directory) => directory,
            None => choose_base_strategy()
                .map_err(|_| anyhow!("the home directory is not known; set --data-dir"))?
                .data_dir()
                .join("coderv2"),
        };
        let keys = match (self.external_token_encryption_keys, self.external_token_encryption_keys_file) {
            (Some(keys), None) if !keys.trim().is_empty() => KeySource::Inline(Zeroizing::new(keys)),
            (None, Some(file)) => KeySource::File(file),
            (_, None) => KeySource::Auto,
            (Some(_), Some(_)) => bail!("set the encryption keys either directly or in a file"),
        };
        let data_dir = std::path::absolute(data_dir).context("cannot resolve the data directory")?;
        let processes =
            if self.allow_process_workspaces || self.dev { Some(processes(&data_dir)?) } else { None };
        Ok(ServerConfig {
            http_address: self.http_address,
            access_url: self.access_url,
            data_dir,
            postgres_url: self.postgres_url.filter(|url| !url.is_empty()).map(Zeroizing::new),
            keys,
            provisioners: Provisioners::new(processes),
            app_hosts: self.wildcard_access_url,
            path_based_apps: !self.disable_path_apps,
            ssh: SshConfig {
                hostname_prefix: self.ssh_hostname_prefix,
                hostname_suffix: self.workspace_hostname_suffix,
                ssh_config_options: self.ssh_config_options.into_iter().collect(),
            },
            clock: coder_server::Clock::default(),
        })
    }
}

/// The provisioner of process workspaces; each runs this program as its agent.
pub fn processes(data_dir: &Path) -> Result<Processes> {
    let program = std::env::current_exe().context("cannot find the coder program itself")?;
    Ok(Processes::new(data_dir.join("workspaces"), program))
}
