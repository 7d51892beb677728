//! Work that no request waits for.

mod build_worker;
mod restart_processes;

use std::time::Duration;

use tokio::{task::JoinSet, time::sleep};

use crate::AppState;

/// How often connected agents are noted as alive.
const ALIVE_EVERY: Duration = Duration::from_secs(15);
/// How often data keys under an older deployment key are looked for.
const REWRAP_EVERY: Duration = Duration::from_secs(60);
/// How often it is looked what is due by its schedule.
const SCHEDULES_EVERY: Duration = Duration::from_secs(20);
/// How often sessions that are long over are forgotten.
const SWEEP_EVERY: Duration = Duration::from_secs(60 * 60);

/// Starts all jobs. They end with the server: a build under way is brought to its end first.
pub fn spawn(state: &AppState) -> JoinSet<()> {
    let mut jobs = JoinSet::new();
    jobs.spawn(build_worker::run(state.clone()));
    jobs.spawn(restart_processes::run(state.clone()));
    jobs.spawn(every(state.clone(), ALIVE_EVERY, async |state: &AppState| {
        let connections = state.agents.connections();
        if connections.is_empty() { Ok(()) } else { state.control.record_heartbeats(&connections).await }
    }));
    jobs.spawn(every(state.clone(), REWRAP_EVERY, async |state: &AppState| {
        while state.control.rewrap_data_keys().await? > 0 {}
        Ok(())
    }));
    jobs.spawn(every(state.clone(), SCHEDULES_EVERY, async |state: &AppState| {
        state.control.run_schedules().await
    }));
    jobs.spawn(every(state.clone(), SWEEP_EVERY, async |state: &AppState| {
        state.control.delete_expired_sessions().await
    }));
    jobs
}

/// Does `work` now and then until the server stops. A failure is logged and tried again next time.
async fn every<W>(state: AppState, pause: Duration, work: W)
where
    W: AsyncFn(&AppState) -> coder_control::Result<()>,
{
    loop {
        if let Err(error) = work(&state).await {
            tracing::warn!(%error, "background work failed");
        }
        tokio::select! {
            () = sleep(pause) => {}
            () = state.shutdown.cancelled() => return,
        }
    }
}
