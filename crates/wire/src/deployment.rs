//! The deployment itself over REST.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A plain message.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Message {
    /// What happened.
    pub message: String,
}

/// Answer to `GET /api/v2/buildinfo`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BuildInfo {
    /// The server's version.
    pub version: String,
    /// Where the source is.
    pub external_url: String,
    /// Where people and agents reach the server.
    pub dashboard_url: String,
    /// The deployment.
    pub deployment_id: Uuid,
    /// Always false: nothing is reported to anybody.
    pub telemetry: bool,
    /// The agent protocol that is spoken.
    pub agent_api_version: String,
    /// What to do when client and server differ.
    pub upgrade_message: String,
}

/// Answer to `GET /api/v2/deployment/ssh`: how workspaces are named for SSH clients.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SshConfig {
    /// Stands before a workspace's name: `coder.dev`.
    pub hostname_prefix: String,
    /// Stands after a workspace's name, behind a dot: `dev.coder`. May be empty.
    pub hostname_suffix: String,
    /// Options that the operator wants in every client's configuration.
    pub ssh_config_options: BTreeMap<String, String>,
}

/// Answer to `GET /api/v2/applications/host`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApplicationHost {
    /// The host names of apps, with a star in the place of an app's `subdomain_name`; empty when they have none.
    pub host: String,
}

/// Answer to `GET /api/v2/deployment/user-secrets/capabilities`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct UserSecretsCapabilities {
    /// Whether file targets are delivered.
    pub file_path_delivery_enabled: bool,
}

/// Answer to `GET /api/v2/users/authmethods`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AuthMethods {
    /// Signing in with a password.
    pub password: AuthMethod,
    /// Signing in with GitHub.
    pub github: AuthMethod,
    /// Signing in with OpenID Connect.
    pub oidc: AuthMethod,
}

/// Whether a way to sign in is offered.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AuthMethod {
    /// It is.
    pub enabled: bool,
}
