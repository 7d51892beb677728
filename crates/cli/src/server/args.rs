//! Flags of `coder server`, and the configuration they make.

use std::{net::SocketAddr, path::PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use clap::Args;
use coder_server::{AppHosts, Config as ServerConfig, KeySource, SshConfig};
use etcetera::{BaseStrategy, choose_base_strategy};
use url::Url;
use zeroize::Zeroizing;

use crate::{logging, server_url::parse_server_url, ssh_config_policy};

/// Run a server.
///
/// Without any setting it keeps everything in an SQLite database in the data folder.
#[derive(Args)]
#[command(after_help = "Example:
  Try it out, with a user, a template and a running workspace; gone when it ends:
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
    /// URL that people and agents reach the server at; the address when not given.
    #[arg(long, value_name = "URL", env = "CODER_ACCESS_URL", hide_env_values = true, value_parser = parse_server_url)]
    access_url: Option<Url>,
    /// Folder for database, key and local workspaces; coderv2 in your data folder when not given.
    #[arg(long, value_name = "DIR", env = "CODER_DATA_DIR", hide_env_values = true)]
    data_dir: Option<PathBuf>,
    /// URL of a PostgreSQL database to use instead of SQLite. Prefer the variable: it holds a password.
    #[arg(long, value_name = "URL", env = "CODER_PG_CONNECTION_URL", hide_env_values = true)]
    postgres_url: Option<String>,
    /// Keys that seal secrets: base64 of 32 bytes each, separated by commas; the first seals, all open. Prefer the
    /// variable or a file. With SQLite, one is made when none is given.
    #[arg(
        long,
        value_name = "KEYS",
        env = "CODER_EXTERNAL_TOKEN_ENCRYPTION_KEYS",
        hide_env_values = true,
        conflicts_with = "external_token_encryption_keys_file"
    )]
    external_token_encryption_keys: Option<String>,
    /// A file that holds these keys.
    #[arg(
        long,
        value_name = "FILE",
        env = "CODER_EXTERNAL_TOKEN_ENCRYPTION_KEYS_FILE",
        hide_env_values = true
    )]
    external_token_encryption_keys_file: Option<PathBuf>,
    /// Allow workspaces that are processes on this machine. They share the server's user: for development only.
    #[arg(long, env = "CODER_ALLOW_PROCESS_WORKSPACES", hide_env_values = true)]
    allow_process_workspaces: bool,
    /// Host names for apps: a name whose first part is a star, such as *.apps.example.com.
    #[arg(
        long,
        value_name = "HOST",
        env = "CODER_WILDCARD_ACCESS_URL",
        hide_env_values = true,
        value_parser = AppHosts::parse
    )]
    wildcard_access_url: Option<AppHosts>,
    /// Do not serve apps under a path of the server, where they share the origin of the dashboard.
    #[arg(long, env = "CODER_DISABLE_PATH_APPS", hide_env_values = true)]
    disable_path_apps: bool,
    /// What stands before a workspace's name for SSH clients.
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "coder.",
        env = "CODER_SSH_HOSTNAME_PREFIX",
        hide_env_values = true,
        value_parser = ssh_config_policy::parse_host_part
    )]
    ssh_hostname_prefix: String,
    /// What stands after a workspace's name for SSH clients, behind a dot; may be empty.
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "coder",
        env = "CODER_WORKSPACE_HOSTNAME_SUFFIX",
        hide_env_values = true,
        value_parser = ssh_config_policy::parse_host_part
    )]
    workspace_hostname_suffix: String,
    /// Options for the configuration of every SSH client: KEY=VALUE, separated by commas.
    #[arg(
        long,
        value_name = "KEY=VALUE",
        env = "CODER_SSH_CONFIG_OPTIONS",
        hide_env_values = true,
        value_delimiter = ',',
        value_parser = ssh_config_policy::parse_operator_option
    )]
    ssh_config_options: Vec<(String, String)>,
    /// How log lines are written.
    #[arg(long, value_enum, default_value = "text", env = "CODER_LOG_FORMAT", hide_env_values = true)]
    pub log_format: logging::Format,
    /// Run with a throwaway data folder, a first user this machine is logged in as, a template and a workspace.
    #[arg(long, conflicts_with_all = ["data_dir", "postgres_url"])]
    pub dev: bool,
}

impl ServerArgs {
    /// The server's configuration, with this data folder if one is given.
    pub fn config(self, data_dir: Option<PathBuf>) -> Result<ServerConfig> {
        let given = data_dir.or(self.data_dir);
        let data_dir = match given {
            Some(folder) => folder,
            None => choose_base_strategy()
                .map_err(|_| anyhow!("the home directory is not known; give a folder with --data-dir"))?
                .data_dir()
                .join("coderv2"),
        };
        let keys = match (self.external_token_encryption_keys, self.external_token_encryption_keys_file) {
            (Some(keys), None) if !keys.trim().is_empty() => KeySource::Inline(Zeroizing::new(keys)),
            (None, Some(file)) => KeySource::File(file),
            (_, None) => KeySource::Auto,
            (Some(_), Some(_)) => bail!("give the encryption keys either directly or in a file"),
        };
        Ok(ServerConfig {
            http_address: self.http_address,
            access_url: self.access_url,
            data_dir: std::path::absolute(data_dir).context("cannot find the data folder")?,
            postgres_url: self.postgres_url.filter(|url| !url.is_empty()).map(Zeroizing::new),
            keys,
            allow_process_workspaces: self.allow_process_workspaces || self.dev,
            agent_program: std::env::current_exe().context("cannot find the coder program itself")?,
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
