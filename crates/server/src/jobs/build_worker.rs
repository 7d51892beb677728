//! Working on builds: claims one at a time, does it, says how it ended.

use std::time::Duration;

use coder_control::{BuildOutcome, ClaimedBuild, LeaseStatus, Result};
use coder_model::{
    BuildId,
    template::ProvisionerKind,
    workspace::{Lifecycle, LogLevel, Transition},
};
use coder_provision::{Launch, Processes};
use tokio::{task::JoinSet, time::sleep};

use crate::{AppState, agents};

/// How often builds are looked for that another server left lying; new ones ring the bell.
const POLL_INTERVAL: Duration = Duration::from_secs(5);
/// How often a claim is renewed: a third of how long it holds.
const RENEW_INTERVAL: Duration = Duration::from_secs(10);
/// Builds worked on at once.
const MAX_CONCURRENT: usize = 8;
/// How long stop scripts may take when none of them says.
const STOP_SCRIPTS: Duration = Duration::from_secs(60);
/// How long an agent's process may take to end after its stop scripts.
const PROCESS_END: Duration = Duration::from_secs(10);

/// Works on builds until the server stops; then brings those under way to their end.
pub async fn run(state: AppState) {
    let mut working = JoinSet::new();
    loop {
        while working.len() < MAX_CONCURRENT {
            match state.control.claim_build(state.server_id).await {
                Ok(Some(claimed)) => {
                    working.spawn(run_build(state.clone(), claimed));
                }
                Ok(None) => break,
                Err(error) => {
                    tracing::warn!(%error, "cannot look for builds");
                    break;
                }
            }
        }
        tokio::select! {
            () = state.control.build_queued() => {}
            () = sleep(POLL_INTERVAL) => {}
            Some(_) = working.join_next() => {}
            () = state.shutdown.cancelled() => break,
        }
    }
    while working.join_next().await.is_some() {}
}

async fn run_build(state: AppState, claimed: ClaimedBuild) {
    let build = claimed.overview.build.id;
    let outcome = tokio::select! {
        done = execute(&state, &claimed) => done.map_or_else(BuildOutcome::Failed, |()| BuildOutcome::Done),
        lost = lease_lost(&state, build) => match lost {
            LeaseStatus::Canceled => BuildOutcome::Canceled,
            LeaseStatus::Held | LeaseStatus::Lost => {
                tracing::warn!(%build, "another server took a build over");
                return;
            }
        },
    };
    match &outcome {
        BuildOutcome::Done => {}
        BuildOutcome::Canceled => {
            log(&state, &claimed, LogLevel::Warn, "Canceled", "The build was called off").await;
        }
        BuildOutcome::Failed(message) => {
            tracing::warn!(%build, error = message, "a build failed");
            log(&state, &claimed, LogLevel::Error, "Failed", message).await;
        }
    }
    if let Err(error) = state.control.complete_build(&claimed.overview, state.server_id, &outcome).await {
        tracing::error!(%build, %error, "cannot note the end of a build");
    }
    if outcome == BuildOutcome::Done
        && claimed.overview.build.transition != Transition::Start
        && let Some(mux) = agent_mux(&state, &claimed).await
    {
        mux.close();
    }
}

/// Renews the claim on a build, and looks at once when somebody calls a build off.
async fn lease_lost(state: &AppState, build: BuildId) -> LeaseStatus {
    loop {
        tokio::select! {
            () = sleep(RENEW_INTERVAL) => {}
            () = state.control.build_canceled() => {}
        }
        match state.control.renew_lease(build, state.server_id).await {
            Ok(LeaseStatus::Held) => {}
            Ok(claim) => return claim,
            Err(error) => tracing::warn!(%build, %error, "cannot renew the claim on a build"),
        }
    }
}

/// Does what the build asks for. The message of a failure is for people.
async fn execute(state: &AppState, claimed: &ClaimedBuild) -> std::result::Result<(), String> {
    match (claimed.definition.provisioner, claimed.overview.build.transition) {
        (ProvisionerKind::Process, Transition::Start) => {
            let processes = processes(state)?;
            log(state, claimed, LogLevel::Info, "Starting", "Starting the workspace's process").await;
            start_process(state, processes, claimed).await?;
            log(state, claimed, LogLevel::Info, "Starting", "The workspace's process runs").await;
        }
        (ProvisionerKind::External, Transition::Start) => {
            let text = "Waiting for the agent on the external machine; \
                        `coder external-workspaces agent-instructions` tells how to start it";
            log(state, claimed, LogLevel::Info, "Starting", text).await;
        }
        (provisioner, transition) => {
            stop_agent(state, claimed, provisioner).await;
            if provisioner == ProvisionerKind::Process
                && let Some(processes) = &state.processes
            {
                let workspace = claimed.overview.workspace.id.uuid();
                processes.stop(workspace, PROCESS_END).await.map_err(|error| error.to_string())?;
                if transition == Transition::Delete {
                    log(state, claimed, LogLevel::Info, "Deleting", "Deleting the workspace's files").await;
                    // A large home takes a while, on a thread of its own.
                    let processes = processes.clone();
                    let deleted = tokio::task::spawn_blocking(move || processes.delete(workspace)).await;
                    deleted.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
                }
            }
        }
    }
    Ok(())
}

fn processes(state: &AppState) -> std::result::Result<&Processes, String> {
    state.processes.as_ref().ok_or_else(|| {
        "This server does not run workspaces as processes. They share the server's user, so they are off by \
         default: an operator may start the server with --allow-process-workspaces."
            .to_owned()
    })
}

async fn start_process(
    state: &AppState,
    processes: &Processes,
    claimed: &ClaimedBuild,
) -> std::result::Result<(), String> {
    let workspace = &claimed.overview.workspace;
    let token = state.control.agent_token(workspace.owner, workspace.id).await.map_err(|error| {
        tracing::error!(workspace = %workspace.id, %error, "cannot open an agent token");
        "The agent's token does not open; the server's log says more.".to_owned()
    })?;
    let url = state.access_url.as_str().trim_end_matches('/');
    let launch = Launch { workspace: workspace.id.uuid(), url, token: &token };
    processes.start(launch).map_err(|error| error.to_string())
}

/// Lets the agent run its stop scripts. One that is not there, or fails, does not keep its workspace from stopping.
async fn stop_agent(state: &AppState, claimed: &ClaimedBuild, provisioner: ProvisionerKind) {
    let Some(mux) = agent_mux(state, claimed).await else {
        log(state, claimed, LogLevel::Info, "Stopping", "The agent is not connected").await;
        return;
    };
    log(state, claimed, LogLevel::Info, "Stopping", "Running stop scripts").await;
    let own = claimed.definition.scripts.iter().filter(|script| script.run_on_stop);
    let within =
        own.filter_map(|script| script.timeout).max().unwrap_or_default().max(STOP_SCRIPTS) + PROCESS_END;
    // An external agent waits for its workspace's next start.
    let exit = provisioner == ProvisionerKind::Process;
    let (level, text) = match agents::shut_down(&mux, exit, within).await {
        Ok(reached) if reached == Lifecycle::Off.as_str() => {
            (LogLevel::Info, "The agent has stopped".to_owned())
        }
        Ok(reached) => (LogLevel::Warn, format!("The agent has stopped with {reached}")),
        Err(error) => (LogLevel::Warn, error.to_string()),
    };
    log(state, claimed, level, "Stopping", &text).await;
}

async fn agent_mux(state: &AppState, claimed: &ClaimedBuild) -> Option<coder_mux::Mux> {
    let agent = state.control.workspace_agent(claimed.overview.workspace.id).await.ok().flatten()?;
    state.agents.mux(agent)
}

async fn log(state: &AppState, claimed: &ClaimedBuild, level: LogLevel, stage: &str, text: &str) {
    let logged: Result<()> = state.control.log_build(claimed.overview.build.id, level, stage, text).await;
    if let Err(error) = logged {
        tracing::warn!(%error, "cannot write a build's log");
    }
}
