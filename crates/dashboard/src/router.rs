//! The URL map of the dashboard.

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{get, post},
};

use crate::{
    DashboardState, account, assets, auth,
    deployment::{self, UserAction, user_action},
    secrets, security_headers, templates,
    workspaces::{self, WorkspaceAction, workspace_action},
};

/// The largest import form, in bytes: a file of 1 MiB and the multipart encoding around it.
const MAX_IMPORT_BYTES: usize = 1024 * 1024 + 16 * 1024;

/// All pages and form actions.
pub fn router<S: Clone + Send + Sync + 'static>(state: DashboardState) -> Router<S> {
    let imports = post(secrets::import_secrets).layer(DefaultBodyLimit::max(MAX_IMPORT_BYTES));
    Router::new()
        .route("/", get(auth::index))
        .route("/setup", get(auth::set_up_page).post(auth::set_up))
        .route("/login", get(auth::log_in_page).post(auth::log_in))
        .route("/logout", post(auth::log_out))
        .route("/cli-auth", get(auth::cli_auth).post(auth::create_cli_token))
        // Account
        .route("/settings/account", get(account::profile_page).post(account::change_profile))
        .route("/settings/security", get(account::security_page).post(account::change_password))
        .route("/settings/tokens", get(account::tokens_page).post(account::create_token))
        .route("/settings/tokens/new", get(account::new_token_page))
        .route("/settings/tokens/{id}/delete", get(account::delete_token_page).post(account::delete_token))
        .route("/settings/appearance", get(account::appearance_page).post(account::choose_appearance))
        .route("/settings/secrets", get(secrets::secrets_page).post(secrets::create_secret))
        .route("/settings/secrets/new", get(secrets::create_secret_page))
        .route("/settings/secrets/import", imports)
        .route("/settings/secrets/{name}/edit", get(secrets::edit_secret_page).post(secrets::edit_secret))
        .route("/settings/secrets/{name}/delete", get(secrets::delete_secret_page).post(secrets::delete_secret))
        .route("/settings/secrets/{name}/enabled", post(secrets::toggle_secret))
        // Workspaces
        .route("/workspaces", get(workspaces::workspaces_page))
        .route("/workspaces/live", get(workspaces::follow_workspaces))
        .route("/workspaces/new", get(workspaces::create_workspace_page).post(workspaces::create_workspace))
        .route("/{owner}/{workspace}", get(workspaces::workspace_page))
        .route("/{owner}/{workspace}/live", get(workspaces::follow_workspace))
        .route("/{owner}/{workspace}/start", workspace_action(WorkspaceAction::Start))
        .route("/{owner}/{workspace}/stop", workspace_action(WorkspaceAction::Stop))
        .route("/{owner}/{workspace}/restart", workspace_action(WorkspaceAction::Restart))
        .route("/{owner}/{workspace}/activate", workspace_action(WorkspaceAction::Activate))
        .route("/{owner}/{workspace}/cancel", workspace_action(WorkspaceAction::Cancel))
        .route(
            "/{owner}/{workspace}/delete",
            workspace_action(WorkspaceAction::Delete).get(workspaces::delete_workspace_page),
        )
        .route("/{owner}/{workspace}/terminal", get(workspaces::terminal_page))
        // Templates
        .route("/templates", get(templates::templates_page))
        .route("/templates/{name}", get(templates::template_page))
        .route(
            "/templates/{name}/delete",
            get(templates::delete_template_page).post(templates::delete_template),
        )
        // Deployment
        .route("/deployment", get(deployment::deployment_page))
        .route("/deployment/users", get(deployment::users_page).post(deployment::create_user))
        .route("/deployment/users/new", get(deployment::new_user_page))
        .route("/deployment/users/{user}/roles", get(deployment::roles_page).post(deployment::change_roles))
        .route(
            "/deployment/users/{user}/password",
            get(deployment::reset_password_page).post(deployment::reset_password),
        )
        .route("/deployment/users/{user}/suspend", user_action(UserAction::Suspend))
        .route("/deployment/users/{user}/activate", user_action(UserAction::Activate))
        .route("/deployment/users/{user}/delete", user_action(UserAction::Delete))
        .layer(middleware::from_fn(security_headers::security_headers))
        .route("/static/{file}", get(assets::asset))
        .with_state(state)
}
