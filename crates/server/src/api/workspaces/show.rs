//! Workspaces, builds and agents as people see them.

use coder_control::{
    AgentView, WorkspaceWithBuild, next_start,
    rows::{AgentLine, BuildLine},
};
use coder_model::{
    template::{AppTarget, Definition},
    workspace::{JobStatus, WorkspaceStatus},
};
use coder_wire::workspaces::{
    AgentLog, BuildLog, Healthcheck, LogSource, ProvisionerJob, SecretWarning, Workspace, WorkspaceAgent,
    WorkspaceAgentHealth, WorkspaceAgentScript, WorkspaceApp, WorkspaceBuild, WorkspaceHealth,
    WorkspaceResource,
};
use uuid::Uuid;

use crate::{State, error::Result};

/// A workspace with its latest build.
pub async fn workspace(state: &State, overview: &WorkspaceWithBuild) -> Result<Workspace> {
    let view = state.control.agent_of(overview).await?;
    let failing: Vec<Uuid> =
        view.iter().filter(|view| view.unhealthy_reason().is_some()).map(|view| view.agent.id.uuid()).collect();
    let found = &overview.workspace;
    Ok(Workspace {
        id: found.id.uuid(),
        name: found.name.as_str().to_owned(),
        owner_id: found.owner.uuid(),
        owner_name: overview.owner_name.clone(),
        owner_avatar_url: String::new(),
        organization_id: state.control.deployment().organization.uuid(),
        organization_name: "coder".to_owned(),
        template_id: found.template.uuid(),
        template_name: overview.template_name.clone(),
        template_display_name: overview.template_display_name.clone(),
        template_icon: overview.template_icon.clone(),
        template_active_version_id: overview.active_version.uuid(),
        template_require_active_version: false,
        template_allow_user_cancel_workspace_jobs: true,
        template_use_classic_parameter_flow: false,
        latest_build: build_with(state, overview, view.as_ref()),
        outdated: overview.build.template_version != overview.active_version,
        health: WorkspaceHealth { healthy: failing.is_empty(), failing_agents: failing },
        autostart_schedule: found.autostart.as_ref().map(ToString::to_string),
        ttl_ms: found.ttl.map(|ttl| i64::try_from(ttl.as_millis()).unwrap_or(i64::MAX)),
        next_start_at: next_start(overview).map(Into::into),
        dormant_at: found.dormant_at.map(Into::into),
        deleting_at: None,
        favorite: found.favorite,
        automatic_updates: "never".to_owned(),
        allow_renames: true,
        last_used_at: found.last_used_at.into(),
        created_at: found.created_at.into(),
        updated_at: found.updated_at.into(),
    })
}

/// A build.
pub async fn build(state: &State, overview: &WorkspaceWithBuild) -> Result<WorkspaceBuild> {
    Ok(build_with(state, overview, state.control.agent_of(overview).await?.as_ref()))
}

fn build_with(state: &State, overview: &WorkspaceWithBuild, view: Option<&AgentView>) -> WorkspaceBuild {
    let build = &overview.build;
    let provisioner = Definition::parse(&overview.definition).map(|definition| definition.provisioner.as_str());
    let resource = WorkspaceResource {
        // A workspace keeps its provisioner for life.
        id: overview.workspace.id.uuid(),
        job_id: build.id.uuid(),
        name: overview.workspace.name.as_str().to_owned(),
        r#type: provisioner.unwrap_or_default().to_owned(),
        icon: String::new(),
        hide: false,
        daily_cost: 0,
        workspace_transition: build.transition.as_str().to_owned(),
        agents: view.map(|view| agent(state, view)).into_iter().collect(),
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

/// An agent.
pub fn agent(state: &State, view: &AgentView) -> WorkspaceAgent {
    let AgentView { agent, definition, workspace, owner, .. } = view;
    let source = |position: i64| {
        view.log_sources
            .iter()
            .find(|source| source.position == position)
            .map(|source| source.id.uuid())
            .unwrap_or_default()
    };
    let scripts = (0..).zip(&definition.scripts).map(|(position, script)| WorkspaceAgentScript {
        log_source_id: source(position),
        display_name: script.display_name.clone(),
        run_on_start: script.run_on_start,
        run_on_stop: script.run_on_stop,
        start_blocks_login: script.start_blocks_login,
        timeout: script.timeout.map(|timeout| timeout.as_secs()).unwrap_or_default(),
    });
    let apps = definition.apps.iter().map(|app| {
        let (command, url) = match &app.target {
            AppTarget::Command(command) => (command.clone(), String::new()),
            AppTarget::Url(url) => (String::new(), url.to_string()),
        };
        let healthcheck = app.health_check.as_ref().map(|check| Healthcheck {
            url: check.url.to_string(),
            interval: check.interval.as_secs(),
            threshold: check.threshold,
        });
        let subdomain_name = match &app.target {
            AppTarget::Url(_) if state.apps.hosts.is_some() => {
                format!("{}--{}--{workspace}--{owner}", app.slug, agent.name)
            }
            _ => String::new(),
        };
        WorkspaceApp {
            slug: app.slug.clone(),
            display_name: app.display_name.clone(),
            icon: app.icon.clone(),
            command,
            url,
            sharing_level: "owner".to_owned(),
            subdomain: !subdomain_name.is_empty(),
            subdomain_name,
            healthcheck: healthcheck.unwrap_or_default(),
            health: view.health_of(app).as_str().to_owned(),
        }
    });
    let blocking = definition.scripts.iter().any(|script| script.start_blocks_login);
    let complaint = view.unhealthy_reason();
    WorkspaceAgent {
        id: agent.id.uuid(),
        name: agent.name.clone(),
        status: view.status.as_str().to_owned(),
        lifecycle_state: agent.lifecycle.as_str().to_owned(),
        startup_script_behavior: if blocking { "blocking" } else { "non-blocking" }.to_owned(),
        operating_system: agent.operating_system.clone(),
        architecture: agent.architecture.clone(),
        version: agent.version.clone(),
        api_version: coder_wire::agent::PROTOCOL_VERSION.to_string(),
        directory: definition.agent.dir.clone().unwrap_or_default(),
        expanded_directory: agent.expanded_directory.clone(),
        environment_variables: definition.agent.env.iter().chain(&definition.env).cloned().collect(),
        apps: apps.collect(),
        scripts: scripts.collect(),
        log_sources: view
            .log_sources
            .iter()
            .map(|source| LogSource {
                id: source.id.uuid(),
                workspace_agent_id: agent.id.uuid(),
                display_name: source.display_name.clone(),
            })
            .collect(),
        logs_length: view.logs.0,
        logs_overflowed: view.logs.1,
        health: WorkspaceAgentHealth {
            healthy: complaint.is_none(),
            reason: complaint.unwrap_or_default().to_owned(),
        },
        warnings: view
            .warnings
            .iter()
            .map(|warning| SecretWarning { secret: warning.secret.clone(), message: warning.message.clone() })
            .collect(),
        connection_timeout_seconds: definition.agent.connection_timeout.as_secs(),
        display_apps: vec!["ssh_helper".to_owned()],
        subsystems: Vec::new(),
        troubleshooting_url: String::new(),
        created_at: agent.created_at.into(),
        first_connected_at: agent.first_connected_at.map(Into::into),
        last_connected_at: agent.last_connected_at.map(Into::into),
        disconnected_at: agent.disconnected_at.map(Into::into),
        started_at: agent.started_at.map(Into::into),
        ready_at: agent.ready_at.map(Into::into),
    }
}

/// A line of a build's log.
pub fn build_log(line: BuildLine) -> BuildLog {
    BuildLog {
        id: line.id,
        created_at: line.created_at.into(),
        log_source: "provisioner".to_owned(),
        log_level: line.level.as_str().to_owned(),
        stage: line.stage,
        output: line.output,
    }
}

/// A line of an agent's log.
pub fn agent_log(line: AgentLine) -> AgentLog {
    AgentLog {
        id: line.id,
        created_at: line.created_at.into(),
        level: line.level.as_str().to_owned(),
        output: line.output,
        source_id: line.source.uuid(),
    }
}
