//! Local workspaces that should run but do not, after this machine was restarted for example, are started again when the
//! server starts.

use coder_model::template::{Definition, ProvisionerKind};
use coder_provision::Launch;

use crate::AppState;

/// Looks once, when the server starts.
pub async fn run(state: AppState) {
    let Some(processes) = &state.processes else { return };
    let meant_to_run = match state.control.running_workspaces().await {
        Ok(found) => found,
        Err(error) => {
            tracing::warn!(%error, "cannot look for local workspaces to start again");
            return;
        }
    };
    for overview in meant_to_run {
        let local = Definition::parse(&overview.definition)
            .is_ok_and(|definition| definition.provisioner == ProvisionerKind::Process);
        let workspace = &overview.workspace;
        if !local || processes.is_running(workspace.id.uuid()) {
            continue;
        }
        let token = match state.control.agent_token(workspace.owner, workspace.id).await {
            Ok(token) => token,
            Err(error) => {
                tracing::error!(workspace = %workspace.id, %error, "cannot open an agent token");
                continue;
            }
        };
        let url = state.access_url.as_str().trim_end_matches('/');
        let launch = Launch { workspace: workspace.id.uuid(), url, token: &token };
        match processes.start(launch) {
            Ok(()) => tracing::info!(workspace = %workspace.name, "started a local workspace again"),
            Err(error) => {
                tracing::error!(workspace = %workspace.name, %error, "cannot start a local workspace again");
            }
        }
    }
}
