//! Background jobs.

mod adopt_workspaces;
mod build_context;
mod build_worker;

use std::time::Duration;

use tokio::{task::JoinSet, time::sleep};

use crate::AppState;

/// How often the heartbeats of connected agents are recorded.
const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(15);
/// How often data keys wrapped by an older deployment key are looked for.
const REWRAP_INTERVAL: Duration = Duration::from_secs(60);
/// How often schedules are checked for what is due.
const SCHEDULE_INTERVAL: Duration = Duration::from_secs(20);
/// How often expired sessions are deleted.
const SESSION_CLEANUP_INTERVAL: Duration = Duration::from_secs(60 * 60);

/// Starts all jobs. They end at shutdown; builds in progress are completed first.
pub fn spawn(state: &AppState) -> JoinSet<()> {
    let mut jobs = JoinSet::new();
    jobs.spawn(build_worker::run(state.clone()));
    jobs.spawn(adopt_workspaces::run(state.clone()));
    jobs.spawn(every(state.clone(), HEARTBEAT_INTERVAL, async |state: &AppState| {
        let connections = state.agents.connections();
        if connections.is_empty() { Ok(()) } else { state.control.record_heartbeats(&connections).await }
    }));
    jobs.spawn(every(state.clone(), REWRAP_INTERVAL, async |state: &AppState| {
        while state.control.rewrap_data_keys().await? > 0 {}
        Ok(())
    }));
    jobs.spawn(every(state.clone(), SCHEDULE_INTERVAL, async |state: &AppState| {
        state.control.run_schedules().await
    }));
    jobs.spawn(every(state.clone(), SESSION_CLEANUP_INTERVAL, async |state: &AppState| {
        state.control.delete_expired_sessions().await
    }));
    jobs
}

/// Runs `job` at once and then every `interval` until shutdown. An error is logged, and the job tried again next time.
async fn every<J>(state: AppState, interval: Duration, job: J)
where
    J: AsyncFn(&AppState) -> coder_control::Result<()>,
{
    loop {
        if let Err(error) = job(&state).await {
            tracing::warn!(%error, "background job failed");
        }
        tokio::select! {
            () = sleep(interval) => {}
            () = state.shutdown.cancelled() => return,
        }
    }
}
