//! Workspaces and builds as JSON.

use coder_control::{AgentView, next_start};
use coder_http::Result;
use coder_model::{
    log::BuildLogLine,
    template::Definition,
    workspace::{JobStatus, WorkspaceStatus, WorkspaceWithBuild},
};
use coder_wire::workspaces::{
    BuildLog, ProvisionerJob, Workspace, WorkspaceBuild, WorkspaceHealth, WorkspaceResource,
};
use uuid::Uuid;

use crate::{AppState, api::agents};

/// A workspace with its latest build.
pub async fn workspace(state: &AppState, overview: &WorkspaceWithBuild) -> Result<Workspace> {
    let view = state.control.agent_of(overview).await?;
    let failing_agents: Vec<Uuid> =
        view.iter().filter(|view| view.unhealthy_reason().is_some()).map(|view| view.agent.id.uuid()).collect();
    let row = &overview.workspace;
    Ok(Workspace {
        id: row.id.uuid(),
        name: row.name.as_str().to_owned(),
        owner_id: row.owner.uuid(),
        owner_name: overview.owner_name.clone(),
        owner_avatar_url: String::new(),
        organization_id: state.control.deployment().organization.uuid(),
        organization_name: "coder".to_owned(),
        template_id: row.template.uuid(),
        template_name: overview.template_name.clone(),
        template_display_name: overview.template_display_name.clone(),
        template_icon: overview.template_icon.clone(),
        template_active_version_id: overview.active_version.uuid(),
        template_require_active_version: false,
        template_allow_user_cancel_workspace_jobs: true,
        template_use_classic_parameter_flow: false,
        latest_build: build_with(state, overview, view.as_ref()),
        outdated: overview.build.template_version != overview.active_version,
        health: WorkspaceHealth { healthy: failing_agents.is_empty(), failing_agents },
        autostart_schedule: row.autostart.as_ref().map(ToString::to_string),
        ttl_ms: row.ttl.map(|ttl| i64::try_from(ttl.as_millis()).unwrap_or(i64::MAX)),
        next_start_at: next_start(overview).map(Into::into),
        dormant_at: row.dormant_at.map(Into::into),
        deleting_at: None,
        favorite: row.favorite,
        automatic_updates: "never".to_owned(),
        allow_renames: true,
        last_used_at: row.last_used_at.into(),
        created_at: row.created_at.into(),
        updated_at: row.updated_at.into(),
    })
}

pub async fn build(state: &AppState, overview: &WorkspaceWithBuild) -> Result<WorkspaceBuild> {
    Ok(build_with(state, overview, state.control.agent_of(overview).await?.as_ref()))
}

fn build_with(state: &AppState, overview: &WorkspaceWithBuild, view: Option<&AgentView>) -> WorkspaceBuild {
    let build = &overview.build;
    let provisioner = Definition::parse(&overview.definition).map(|definition| definition.provisioner.as_str());
    let resource = WorkspaceResource {
        // A workspace has one resource for life.
        id: overview.workspace.id.uuid(),
        job_id: build.id.uuid(),
        name: overview.workspace.name.as_str().to_owned(),
        r#type: provisioner.unwrap_or_default().to_owned(),
        icon: String::new(),
        hide: false,
        daily_cost: 0,
        workspace_transition: build.transition.as_str().to_owned(),
        agents: view.map(|view| agents::to_wire(state, view)).into_iter().collect(),
    };
    WorkspaceBuild {
        id: build.id.uuid(),
        build_number: build.number,
        workspace_id: overview.workspace.id.uuid(),
        workspace_name: overview.workspace.name.as_str().to_owned(),
        workspace_owner_id: overview.workspace.owner.uuid(),
        workspace_owner_name: overview.owner_name.clone(),
        template_version_id: build.template_version.uuid(),
        template_version_name: overview.version_name.clone(),
        transition: build.transition.as_str().to_owned(),
        initiator_id: build.initiator.uuid(),
        initiator_name: overview.initiator_name.clone(),
        reason: build.reason.as_str().to_owned(),
        deadline: build.deadline.map(Into::into),
        max_deadline: None,
        daily_cost: 0,
        job: ProvisionerJob {
            id: build.id.uuid(),
            status: build.status.as_str().to_owned(),
            error: build.error.clone(),
            r#type: "workspace_build".to_owned(),
            file_id: overview.file.uuid(),
            created_at: build.created_at.into(),
            started_at: build.started_at.map(Into::into),
            completed_at: build.completed_at.map(Into::into),
            canceled_at: build.completed_at.filter(|_| build.status == JobStatus::Canceled).map(Into::into),
        },
        resources: vec![resource],
        status: WorkspaceStatus::of(build.transition, build.status).as_str().to_owned(),
        created_at: build.created_at.into(),
        updated_at: build.updated_at.into(),
    }
}

pub fn build_log(line: BuildLogLine) -> BuildLog {
    BuildLog {
        id: line.id,
        created_at: line.created_at.into(),
        log_source: "provisioner".to_owned(),
        log_level: line.level.as_str().to_owned(),
        stage: line.stage,
        output: line.output,
    }
}
