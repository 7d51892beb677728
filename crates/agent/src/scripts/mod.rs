//! The template's scripts.

mod output;
mod run;

use std::sync::Arc;

use coder_model::workspace::{Lifecycle, LogLevel};
use coder_wire::agent::{Manifest, Script};
use run::{Outcome, run};
use tokio::task::JoinSet;

use crate::{reports::Reports, workspace::Workspace};

/// Runs all start scripts at once. Answers the stage that this leads to.
pub async fn start(workspace: &Arc<Workspace>, manifest: &Manifest, reports: &Arc<Reports>) -> Lifecycle {
    let scripts = manifest.scripts.iter().filter(|script| script.run_on_start);
    match run_all(workspace, scripts, reports).await {
        Outcome::Done => Lifecycle::Ready,
        Outcome::Failed => Lifecycle::StartError,
        Outcome::TimedOut => Lifecycle::StartTimeout,
    }
}

/// Runs all stop scripts at once. Answers the stage that this leads to.
pub async fn stop(workspace: &Arc<Workspace>, manifest: &Manifest, reports: &Arc<Reports>) -> Lifecycle {
    let scripts = manifest.scripts.iter().filter(|script| script.run_on_stop);
    match run_all(workspace, scripts, reports).await {
        Outcome::Done => Lifecycle::Off,
        Outcome::Failed => Lifecycle::ShutdownError,
        Outcome::TimedOut => Lifecycle::ShutdownTimeout,
    }
}

/// The worst of all outcomes.
async fn run_all(
    workspace: &Arc<Workspace>,
    scripts: impl Iterator<Item = &Script>,
    reports: &Arc<Reports>,
) -> Outcome {
    let mut running = JoinSet::new();
    for script in scripts {
        let (script, workspace, reports) = (script.clone(), workspace.clone(), reports.clone());
        running.spawn(async move {
            let Some(launch) = workspace.launch() else {
                let text = "The workspace was stopped before the script began.".to_owned();
                reports.log(script.log_source_id, LogLevel::Error, text);
                return Outcome::Failed;
            };
            run(&script, &launch, &reports).await
        });
    }
    let mut worst = Outcome::Done;
    while let Some(outcome) = running.join_next().await {
        worst = worst.max(outcome.unwrap_or(Outcome::Failed));
    }
    worst
}
