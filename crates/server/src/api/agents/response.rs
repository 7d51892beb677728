//! Agents as JSON.

use coder_control::AgentView;
use coder_model::{log::AgentLogLine, template::AppTarget};
use coder_wire::workspaces::{
    AgentLog, Healthcheck, LogSource, SecretWarning, WorkspaceAgent, WorkspaceAgentHealth,
    WorkspaceAgentScript, WorkspaceApp,
};

use crate::AppState;

pub fn to_wire(state: &AppState, view: &AgentView) -> WorkspaceAgent {
    let AgentView { agent, definition, .. } = view;
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
        let subdomain_name = state.apps.subdomain_name(view, app).unwrap_or_default();
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
    let unhealthy_reason = view.unhealthy_reason();
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
            healthy: unhealthy_reason.is_none(),
            reason: unhealthy_reason.unwrap_or_default().to_owned(),
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

pub fn agent_log(line: AgentLogLine) -> AgentLog {
    AgentLog {
        id: line.id,
        created_at: line.created_at.into(),
        level: line.level.as_str().to_owned(),
        output: line.output,
        source_id: line.source.uuid(),
    }
}
