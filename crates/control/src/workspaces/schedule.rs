//! Starting and stopping workspaces by their schedules.

use std::time::Duration;

use coder_model::{
    Moment,
    workspace::{BuildReason, Transition, WorkspaceWithBuild},
};
use coder_store::workspaces;

use crate::{Control, Result};

/// A start that is overdue by more than this is skipped: the server may have been down for days.
const MAX_START_DELAY: Duration = Duration::from_secs(10 * 60);

impl Control {
    /// Starts the workspaces whose schedule is due, and stops those past their deadline. For the server's own jobs.
    pub async fn run_schedules(&self) -> Result<()> {
        let now = self.clock.now();
        let mut read = self.database.read().await?;
        let (scheduled, overdue) =
            (workspaces::list_scheduled(&mut read).await?, workspaces::list_overdue(&mut read, now).await?);
        drop(read);
        for overview in overdue {
            self.create_scheduled_build(overview.workspace.id, Transition::Stop, BuildReason::Autostop).await?;
        }
        for overview in scheduled {
            if next_start(&overview).is_some_and(|due| due <= now && now.since(due) < MAX_START_DELAY) {
                self.create_scheduled_build(overview.workspace.id, Transition::Start, BuildReason::Autostart)
                    .await?;
            }
        }
        Ok(())
    }
}

/// When a stopped workspace starts automatically: the first time of its schedule after it was stopped or last
/// changed, so that a schedule that is set in the afternoon does not start what was due in the morning.
#[must_use]
pub fn next_start(overview: &WorkspaceWithBuild) -> Option<Moment> {
    let workspace = &overview.workspace;
    if workspace.dormant_at.is_some() || overview.build.transition != Transition::Stop {
        return None;
    }
    let since = overview.build.updated_at.max(workspace.updated_at);
    workspace.autostart.as_ref()?.next_after(since)
}
