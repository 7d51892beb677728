//! The deployment itself.

use axum::extract::State;
use coder_http::{
    Result,
    extract::{Authenticated, Json},
};
use coder_wire::deployment::{
    ApplicationHost, AuthMethod, AuthMethods, BuildInfo, SshConfig, UserSecretsCapabilities,
};

use crate::AppState;

/// Get version and URLs of the server.
///
/// Needs no token.
#[utoipa::path(get, path = "/api/v2/buildinfo", tag = "General", responses((status = 200, body = BuildInfo)))]
pub async fn buildinfo(State(state): State<AppState>) -> Json<BuildInfo> {
    Json(BuildInfo {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        external_url: state.access_url.to_string(),
        dashboard_url: state.access_url.to_string(),
        deployment_id: state.control.deployment().id,
        telemetry: false,
        agent_api_version: coder_wire::agent::PROTOCOL_VERSION.to_string(),
        upgrade_message: String::new(),
    })
}

/// Get the log-in methods.
///
/// Needs no token.
#[utoipa::path(get, path = "/api/v2/users/authmethods", tag = "Users", responses((status = 200, body = AuthMethods)))]
pub async fn authmethods() -> Json<AuthMethods> {
    Json(AuthMethods {
        password: AuthMethod { enabled: true },
        github: AuthMethod { enabled: false },
        oidc: AuthMethod { enabled: false },
    })
}

/// Get the settings of SSH clients: the prefix of workspace host names, and options.
#[utoipa::path(get, path = "/api/v2/deployment/ssh", tag = "General", responses((status = 200, body = SshConfig)))]
pub async fn ssh_config(State(state): State<AppState>, _caller: Authenticated) -> Json<SshConfig> {
    Json(state.ssh.clone())
}

/// Get the wildcard host name of apps.
///
/// Empty if apps are only served under a path.
#[utoipa::path(get, path = "/api/v2/applications/host", tag = "General", responses((status = 200, body = ApplicationHost)))]
pub async fn application_host(State(state): State<AppState>, _caller: Authenticated) -> Json<ApplicationHost> {
    let host = state.apps.host_pattern();
    Json(ApplicationHost { host: host.unwrap_or_default() })
}

/// Get the secret features of the deployment.
#[utoipa::path(
    get,
    path = "/api/v2/deployment/user-secrets/capabilities",
    tag = "Secrets",
    responses((status = 200, body = UserSecretsCapabilities))
)]
pub async fn secrets_capabilities(_caller: Authenticated) -> Result<Json<UserSecretsCapabilities>> {
    Ok(Json(UserSecretsCapabilities { file_path_delivery_enabled: true }))
}
