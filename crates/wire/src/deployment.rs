//! The deployment over REST.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A message without further data.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Message {
    /// What happened, in one sentence.
    pub message: String,
}

/// Response of `GET /api/v2/buildinfo`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BuildInfo {
    /// The server's version.
    pub version: String,
    /// The server's access URL.
    pub external_url: String,
    /// The server's access URL.
    pub dashboard_url: String,
    /// Identifies the deployment; the same on all its servers.
    pub deployment_id: Uuid,
    /// Always false: no usage data is sent.
    pub telemetry: bool,
    /// The version of the agent protocol.
    pub agent_api_version: String,
    /// Always empty.
    pub upgrade_message: String,
}

/// Response of `GET /api/v2/deployment/ssh`: how workspaces are named for SSH clients.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SshConfig {
    /// Before a workspace's name: `coder.` in `coder.dev`.
    pub hostname_prefix: String,
    /// After a workspace's name and a dot: `coder` in `dev.coder`. May be empty.
    pub hostname_suffix: String,
    /// OpenSSH options for every client's configuration, by name.
    pub ssh_config_options: BTreeMap<String, String>,
}

/// Response of `GET /api/v2/applications/host`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApplicationHost {
    /// The host name of apps, with `*` for an app's `subdomain_name`; empty when apps have no host names of their own.
    pub host: String,
}

/// Response of `GET /api/v2/deployment/user-secrets/capabilities`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct UserSecretsCapabilities {
    /// Whether secrets are delivered as files. Always true.
    pub file_path_delivery_enabled: bool,
}

/// Response of `GET /api/v2/users/authmethods`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AuthMethods {
    /// Login with a password. Always enabled.
    pub password: AuthMethod,
    /// Login with GitHub. Never enabled.
    pub github: AuthMethod,
    /// Login with OpenID Connect. Never enabled.
    pub oidc: AuthMethod,
}

/// A login method.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AuthMethod {
    /// Whether it can be used.
    pub enabled: bool,
}
