//! The manifest in the types of the agent protocol.

use coder_control::{AgentSession, Manifest};
use coder_model::template::AppTarget;
use coder_wire::{
    Sensitive,
    agent::{App, EnvVar, HealthCheck, Manifest as Wire, ManifestSecret, Script},
};

fn env_vars(pairs: &[(String, String)]) -> Vec<EnvVar> {
    pairs.iter().map(|(name, value)| EnvVar { name: name.clone(), value: value.clone() }).collect()
}

pub fn to_wire(session: &AgentSession, manifest: Manifest) -> Wire {
    let Manifest { overview, definition, log_sources, secrets } = manifest;
    let mut sources = log_sources.into_iter().map(coder_model::LogSourceId::uuid);
    let log_source_id = sources.next().unwrap_or_default();
    let scripts = definition.scripts.into_iter().zip(sources).map(|(script, log_source_id)| Script {
        log_source_id,
        display_name: script.display_name,
        script: script.script,
        run_on_start: script.run_on_start,
        run_on_stop: script.run_on_stop,
        start_blocks_login: script.start_blocks_login,
        timeout_ms: script.timeout.map(|timeout| u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX)),
    });
    let apps = definition.apps.into_iter().map(|app| {
        let (command, url) = match app.target {
            AppTarget::Command(command) => (Some(command), None),
            AppTarget::Url(url) => (None, Some(url.to_string())),
        };
        let health_check = app.health_check.map(|check| HealthCheck {
            url: check.url.to_string(),
            interval_ms: u64::try_from(check.interval.as_millis()).unwrap_or(u64::MAX),
            threshold: check.threshold,
        });
        App { slug: app.slug, display_name: app.display_name, command, url, health_check }
    });
    Wire {
        agent_id: session.id().uuid(),
        agent_name: definition.agent.name,
        workspace_id: overview.workspace.id.uuid(),
        workspace_name: overview.workspace.name.as_str().to_owned(),
        owner_name: overview.owner_name,
        build_id: overview.build.id.uuid(),
        directory: definition.agent.dir,
        agent_env: env_vars(&definition.agent.env),
        env: env_vars(&definition.env),
        scripts: scripts.collect(),
        apps: apps.collect(),
        log_source_id,
        secrets: secrets
            .into_iter()
            .map(|secret| ManifestSecret {
                name: secret.name.as_str().to_owned(),
                env_name: secret.env_name.map(|name| name.to_string()),
                file_path: secret.file_path.map(|path| path.to_string()),
                value: Sensitive::new(secret.value),
            })
            .collect(),
    }
}
