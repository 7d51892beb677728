//! The URL map. The dashboard's is in `coder_dashboard`.

use std::time::Duration;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::StatusCode,
    middleware,
    routing::{any, get},
};
use coder_http::{HttpError, request_id};
use tower::ServiceBuilder;
use tower_http::{catch_panic::CatchPanicLayer, timeout::RequestBodyTimeoutLayer};
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    AppState, agents,
    api::{agents as agent, deployment, health, keys, secrets, templates, users, workspaces},
    apps,
};

/// The largest ordinary request body, in bytes: a 24 KiB value with every byte escaped fits several times.
const MAX_BODY_BYTES: usize = 1024 * 1024;
/// How long a body may pause before the request is aborted.
const BODY_TIMEOUT: Duration = Duration::from_secs(20);

#[derive(OpenApi)]
#[openapi(info(
    title = "Coder API",
    description = "Keeps each developer's secrets and delivers them to their workspaces."
))]
struct Document;

/// The routes of the API, from which both the service and its OpenAPI document are built.
fn routes() -> OpenApiRouter<AppState> {
    let uploads = OpenApiRouter::new()
        .routes(routes!(templates::upload_file))
        .layer(DefaultBodyLimit::max(templates::MAX_ARCHIVE_BYTES));
    let imports = OpenApiRouter::new()
        .routes(routes!(secrets::import_secrets))
        .layer(DefaultBodyLimit::max(secrets::MAX_BODY_BYTES));
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(health::healthz))
        .routes(routes!(deployment::buildinfo))
        .routes(routes!(deployment::authmethods))
        .routes(routes!(deployment::secrets_capabilities))
        .routes(routes!(deployment::ssh_config))
        .routes(routes!(deployment::application_host))
        // Users
        .routes(routes!(users::has_first_user, users::create_first_user))
        .routes(routes!(users::login))
        .routes(routes!(users::logout))
        .routes(routes!(users::list_users, users::create_user))
        .routes(routes!(users::get_user, users::delete_user))
        .routes(routes!(users::suspend_user))
        .routes(routes!(users::activate_user))
        .routes(routes!(users::update_profile))
        .routes(routes!(users::update_password))
        .routes(routes!(users::update_roles))
        .routes(routes!(users::list_organizations))
        .routes(routes!(keys::create_session_key))
        .routes(routes!(keys::list_tokens, keys::create_token))
        .routes(routes!(keys::get_token))
        .routes(routes!(keys::get_key, keys::delete_key))
        // Secrets
        .routes(routes!(secrets::list_secrets, secrets::create_secret))
        .routes(routes!(secrets::get_secret, secrets::update_secret, secrets::delete_secret))
        .merge(imports)
        // Templates
        .merge(uploads)
        .routes(routes!(templates::create_template_version))
        .routes(routes!(templates::get_template_version))
        .routes(routes!(templates::list_templates))
        .routes(routes!(templates::list_organization_templates, templates::create_template))
        .routes(routes!(templates::get_template_by_name))
        .routes(routes!(templates::get_template, templates::delete_template))
        .routes(routes!(templates::activate_template_version))
        // Workspaces
        .routes(routes!(workspaces::list_workspaces))
        .routes(routes!(workspaces::create_workspace))
        .routes(routes!(workspaces::get_workspace, workspaces::update_workspace))
        .routes(routes!(workspaces::get_workspace_by_name))
        .routes(routes!(workspaces::update_autostart))
        .routes(routes!(workspaces::update_ttl))
        .routes(routes!(workspaces::extend_workspace))
        .routes(routes!(workspaces::update_dormancy))
        .routes(routes!(workspaces::add_favorite, workspaces::remove_favorite))
        .routes(routes!(workspaces::external_agent_credentials))
        .routes(routes!(workspaces::list_builds, workspaces::create_build))
        .routes(routes!(workspaces::restart_workspace))
        .routes(routes!(workspaces::get_build_by_number))
        .routes(routes!(workspaces::get_build))
        .routes(routes!(workspaces::cancel_build))
        .routes(routes!(workspaces::get_build_parameters))
        .routes(routes!(workspaces::get_build_logs))
        .routes(routes!(agent::get_agent))
        .routes(routes!(agent::get_agent_logs))
        .routes(routes!(agent::create_terminal_ticket))
}

pub fn router(state: AppState) -> Router {
    let (router, _) = routes().split_for_parts();
    router
        .merge(coder_dashboard::router(state.dashboard()))
        // WebSockets: live updates, agents, tunnels, terminals
        .route("/api/v2/workspaces/{workspace}/watch-ws", get(workspaces::watch_workspace))
        .route("/api/v2/workspaceagents/me/rpc", get(agents::rpc::rpc))
        .route("/api/v2/workspaceagents/{agent}/tunnel", get(agents::tunnel::tunnel))
        .route("/api/v2/workspaceagents/{agent}/pty", get(agents::terminal::pty))
        // Apps of workspaces
        .route("/api/v2/applications/auth-redirect", get(apps::auth_redirect))
        .route("/{owner}/{workspace}/apps/{slug}", any(apps::add_trailing_slash))
        .route("/{owner}/{workspace}/apps/{slug}/", any(apps::serve_path))
        .route("/{owner}/{workspace}/apps/{slug}/{*below}", any(apps::serve_path))
        .fallback(|| async { HttpError::new(StatusCode::NOT_FOUND, "Route not found.") })
        .method_not_allowed_fallback(|| async {
            HttpError::new(StatusCode::METHOD_NOT_ALLOWED, "This path does not support that method.")
        })
        .layer(
            ServiceBuilder::new()
                .layer(middleware::from_fn(request_id::with_request_id))
                .layer(CatchPanicLayer::custom(|_| {
                    axum::response::IntoResponse::into_response(HttpError::internal("a handler panicked"))
                }))
                .layer(middleware::from_fn_with_state(state.clone(), apps::serve_subdomain))
                .layer(RequestBodyTimeoutLayer::new(BODY_TIMEOUT))
                .layer(DefaultBodyLimit::max(MAX_BODY_BYTES)),
        )
        .with_state(state)
}

/// The OpenAPI document of the API.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    routes().split_for_parts().1
}
