//! Carries out builds: claims each, does it, records how it ended.

use std::time::Duration;

use coder_control::{BuildOutcome, ClaimedBuild, LeaseStatus};
use coder_model::{
    BuildId,
    workspace::{Lifecycle, LogLevel, Transition},
};
use coder_provision::{Error, Provisioner, StartRequest};
use tokio::{task::JoinSet, time::sleep};

use super::build_context::{BuildLog, JobContext};
use crate::{AppState, agents};

/// Poll interval for builds whose lease expired; new builds wake the worker directly.
const POLL_INTERVAL: Duration = Duration::from_secs(5);
/// A third of the lease.
const RENEW_INTERVAL: Duration = Duration::from_secs(10);
/// Builds in progress at the same time.
const MAX_CONCURRENT: usize = 8;
/// How long shutdown scripts may take when none has a longer timeout.
const SHUTDOWN_SCRIPTS_TIMEOUT: Duration = Duration::from_secs(60);
/// How long an instance may take to stop after its shutdown scripts.
const STOP_GRACE_PERIOD: Duration = Duration::from_secs(10);

/// Carries out builds until shutdown, then completes those in progress.
pub async fn run(state: AppState) {
    let mut builds = JoinSet::new();
    loop {
        while builds.len() < MAX_CONCURRENT {
            match state.control.claim_build(state.server_id).await {
                Ok(Some(claimed)) => {
                    builds.spawn(run_build(state.clone(), claimed));
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
            Some(_) = builds.join_next() => {}
            () = state.shutdown.cancelled() => break,
        }
    }
    while builds.join_next().await.is_some() {}
}

async fn run_build(state: AppState, claimed: ClaimedBuild) {
    let build = claimed.overview.build.id;
    let outcome = tokio::select! {
        done = execute(&state, &claimed) => match done {
            Ok(()) => BuildOutcome::Done,
            Err(error) => BuildOutcome::Failed(error.to_string()),
        },
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
            stage(&state, &claimed, "Canceled").write(LogLevel::Warn, "The build was canceled").await;
        }
        BuildOutcome::Failed(message) => {
            tracing::warn!(%build, error = message, "a build failed");
            stage(&state, &claimed, "Failed").write(LogLevel::Error, message).await;
        }
    }
    if let Err(error) = state.control.complete_build(&claimed.overview, state.server_id, &outcome).await {
        tracing::error!(%build, %error, "cannot record the end of a build");
    }
    if outcome == BuildOutcome::Done
        && claimed.overview.build.transition != Transition::Start
        && let Some(mux) = agent_mux(&state, &claimed).await
    {
        mux.close();
    }
}

/// Renews the lease of a build, until it is lost or the build canceled.
async fn lease_lost(state: &AppState, build: BuildId) -> LeaseStatus {
    loop {
        tokio::select! {
            () = sleep(RENEW_INTERVAL) => {}
            () = state.control.build_canceled() => {}
        }
        match state.control.renew_lease(build, state.server_id).await {
            Ok(LeaseStatus::Held) => {}
            Ok(status) => return status,
            Err(error) => tracing::warn!(%build, %error, "cannot renew the lease of a build"),
        }
    }
}

async fn execute(state: &AppState, claimed: &ClaimedBuild) -> Result<(), Error> {
    let provisioner = state.provisioners.get(claimed.definition.provisioner);
    let workspace = &claimed.overview.workspace;
    let context = |name| JobContext { state, workspace, log: Some(stage(state, claimed, name)) };
    let transition = claimed.overview.build.transition;
    if transition == Transition::Start {
        let request = StartRequest {
            workspace: workspace.id,
            definition: &claimed.definition,
            access_url: state.agent_url(),
        };
        return provisioner.start(request, &context("Starting")).await;
    }
    stop_agent(state, claimed, provisioner).await;
    provisioner.stop(workspace.id, STOP_GRACE_PERIOD, &context("Stopping")).await?;
    if transition == Transition::Delete {
        provisioner.delete(workspace.id, &context("Deleting")).await?;
    }
    Ok(())
}

/// Has the agent run its shutdown scripts. The workspace stops even if it is not connected or they fail.
async fn stop_agent(state: &AppState, claimed: &ClaimedBuild, provisioner: &dyn Provisioner) {
    let log = stage(state, claimed, "Stopping");
    let Some(mux) = agent_mux(state, claimed).await else {
        log.write(LogLevel::Info, "The agent is not connected").await;
        return;
    };
    log.write(LogLevel::Info, "Running shutdown scripts").await;
    let scripts = claimed.definition.scripts.iter().filter(|script| script.run_on_stop);
    let longest = scripts.filter_map(|script| script.timeout).max().unwrap_or_default();
    let timeout = longest.max(SHUTDOWN_SCRIPTS_TIMEOUT) + STOP_GRACE_PERIOD;
    let exit = provisioner.describe().agent_exits_on_stop;
    let (level, text) = match agents::shut_down(&mux, exit, timeout).await {
        Ok(state) if state == Lifecycle::Off.as_str() => (LogLevel::Info, "The agent has stopped".to_owned()),
        Ok(state) => (LogLevel::Warn, format!("The agent has stopped with {state}")),
        Err(error) => (LogLevel::Warn, error.to_string()),
    };
    log.write(level, &text).await;
}

async fn agent_mux(state: &AppState, claimed: &ClaimedBuild) -> Option<coder_mux::Mux> {
    let agent = state.control.workspace_agent(claimed.overview.workspace.id).await.ok().flatten()?;
    state.agents.mux(agent)
}

fn stage<'a>(state: &'a AppState, claimed: &ClaimedBuild, stage: &'static str) -> BuildLog<'a> {
    BuildLog { state, build: claimed.overview.build.id, stage }
}
