//! Startup and shutdown scripts of the template.

mod output;
mod run;

use std::sync::Arc;

use coder_model::workspace::{Lifecycle, LogLevel};
use coder_wire::agent::{Manifest, Script};
use run::{ScriptOutcome, run};
use tokio::task::JoinSet;

use crate::{outbox::Outbox, workspace::Workspace};

/// Runs all startup scripts in parallel. Returns the lifecycle state that this leads to.
pub async fn start(workspace: &Arc<Workspace>, manifest: &Manifest, outbox: &Arc<Outbox>) -> Lifecycle {
    let scripts = manifest.scripts.iter().filter(|script| script.run_on_start);
    match run_all(workspace, scripts, outbox).await {
        ScriptOutcome::Succeeded => Lifecycle::Ready,
        ScriptOutcome::Failed => Lifecycle::StartError,
        ScriptOutcome::TimedOut => Lifecycle::StartTimeout,
    }
}

/// Runs all shutdown scripts in parallel. Returns the lifecycle state that this leads to.
pub async fn stop(workspace: &Arc<Workspace>, manifest: &Manifest, outbox: &Arc<Outbox>) -> Lifecycle {
    let scripts = manifest.scripts.iter().filter(|script| script.run_on_stop);
    match run_all(workspace, scripts, outbox).await {
        ScriptOutcome::Succeeded => Lifecycle::Off,
        ScriptOutcome::Failed => Lifecycle::ShutdownError,
        ScriptOutcome::TimedOut => Lifecycle::ShutdownTimeout,
    }
}

/// Returns the worst outcome.
async fn run_all(
    workspace: &Arc<Workspace>,
    scripts: impl Iterator<Item = &Script>,
    outbox: &Arc<Outbox>,
) -> ScriptOutcome {
    let mut running = JoinSet::new();
    for script in scripts {
        let (script, workspace, outbox) = (script.clone(), workspace.clone(), outbox.clone());
        running.spawn(async move {
            let Some(launch) = workspace.launch() else {
                let text = "The workspace was stopped before the script started.".to_owned();
                outbox.log(script.log_source_id, LogLevel::Error, text);
                return ScriptOutcome::Failed;
            };
            run(&script, &launch, &outbox).await
        });
    }
    let mut worst = ScriptOutcome::Succeeded;
    while let Some(outcome) = running.join_next().await {
        worst = worst.max(outcome.unwrap_or(ScriptOutcome::Failed));
    }
    worst
}
