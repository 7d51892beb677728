//! At startup: takes over what outlived the last run of the server, starts what should run but does not, for example
//! after the machine was rebooted, and reports instances that no workspace asks for.

use coder_model::{
    template::Definition,
    workspace::{Workspace, WorkspaceWithBuild},
};
use coder_provision::{Adoption, Provisioner, StartRequest};

use super::build_context::JobContext;
use crate::AppState;

pub async fn run(state: AppState) {
    tokio::select! {
        () = adopt_all(&state) => {}
        () = state.shutdown.cancelled() => {}
    }
}

async fn adopt_all(state: &AppState) {
    match state.control.running_workspaces().await {
        Ok(running) => {
            for overview in &running {
                adopt(state, overview).await;
            }
        }
        Err(error) => tracing::warn!(%error, "cannot list the workspaces that should run"),
    }
    for provisioner in state.provisioners.iter() {
        report_strays(state, provisioner).await;
    }
}

async fn adopt(state: &AppState, overview: &WorkspaceWithBuild) {
    // A definition that this version cannot read was written by a later one.
    let Ok(definition) = Definition::parse(&overview.definition) else { return };
    let workspace = &overview.workspace;
    let provisioner = state.provisioners.get(definition.provisioner);
    match provisioner.adopt(workspace.id).await {
        Ok(Adoption::Adopted | Adoption::NotManaged) => {}
        Ok(Adoption::Missing) => restart(state, workspace, &definition, provisioner).await,
        Err(error) => tracing::error!(workspace = %workspace.name, %error, "cannot adopt a workspace"),
    }
}

async fn restart(
    state: &AppState,
    workspace: &Workspace,
    definition: &Definition,
    provisioner: &dyn Provisioner,
) {
    let context = JobContext { state, workspace, log: None };
    let request = StartRequest { workspace: workspace.id, definition, access_url: state.agent_url() };
    match provisioner.start(request, &context).await {
        Ok(()) => tracing::info!(workspace = %workspace.name, "restarted a workspace that was not running"),
        Err(error) => tracing::error!(workspace = %workspace.name, %error, "cannot restart a workspace"),
    }
}

/// Strays are left alone: they may hold the only copy of data, as after a delete with `--orphan`.
async fn report_strays(state: &AppState, provisioner: &dyn Provisioner) {
    let provisioner_name = provisioner.describe().kind.as_str();
    let instances = match provisioner.list_instances().await {
        Ok(instances) => instances,
        Err(error) => {
            tracing::warn!(provisioner = provisioner_name, %error, "cannot list instances");
            return;
        }
    };
    for instance in instances {
        match state.control.workspace_exists(instance).await {
            Ok(true) => {}
            Ok(false) => {
                tracing::warn!(provisioner = provisioner_name, workspace = %instance, "found an instance without a workspace");
            }
            Err(error) => tracing::warn!(%error, "cannot look for the workspace of an instance"),
        }
    }
}
