//! The work on builds: one server at a time claims one, does it, and says how it ended.

use coder_model::{
    BuildId,
    template::Definition,
    workspace::{JobStatus, Transition, WorkspaceWithBuild},
};
use std::time::Duration;

use coder_store::builds;
use uuid::Uuid;

use super::create::parse_definition;
use crate::{Control, Result};

/// How long a claim holds without being renewed.
const LEASE: Duration = Duration::from_secs(30);

/// A build that a server has claimed.
#[derive(Debug)]
pub struct ClaimedBuild {
    /// The build with its workspace.
    pub overview: WorkspaceWithBuild,
    /// What to build.
    pub definition: Definition,
}

/// How a build ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BuildOutcome {
    /// As request.
    Done,
    /// With a message for people.
    Failed(String),
    /// It was called off.
    Canceled,
}

/// Whether a claim still holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeaseStatus {
    /// It does.
    Held,
    /// The build was called off.
    Canceled,
    /// Another server has taken the build over.
    Lost,
}

impl Control {
    /// Claims the build that has waited longest, if there is one. A claim must be [renewed](Self::renew_lease) more
    /// often than every thirty seconds, or another server takes the build over.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim_build(&self, server: Uuid) -> Result<Option<ClaimedBuild>> {
        let now = self.clock.now();
        let next = builds::next_claimable(&mut self.database.read().await?, now).await?;
        let Some(next) = next else { return Ok(None) };
        let mut write = self.database.write().await?;
        if !builds::claim(&mut write, next.build.id, server, now.after(LEASE), now).await? {
            return Ok(None);
        }
        let Some(overview) = builds::find(&mut write, next.build.id).await? else { return Ok(None) };
        write.commit().await?;
        let definition = parse_definition(&overview.definition)?;
        Ok(Some(ClaimedBuild { overview, definition }))
    }

    /// Holds a claim for longer, if it still holds.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn renew_lease(&self, id: BuildId, server: Uuid) -> Result<LeaseStatus> {
        let mut write = self.database.write().await?;
        if builds::renew_lease(&mut write, id, server, self.clock.now().after(LEASE)).await? {
            write.commit().await?;
            return Ok(LeaseStatus::Held);
        }
        let found = builds::find(&mut write, id).await?;
        let canceled = found.is_some_and(|found| found.build.status == JobStatus::Canceling);
        Ok(if canceled { LeaseStatus::Canceled } else { LeaseStatus::Lost })
    }

    /// Ends a claimed build: done, failed with a message for people, or called off. A delete that is done takes the workspace
    /// and its agent away.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn complete_build(
        &self,
        overview: &WorkspaceWithBuild,
        server: Uuid,
        outcome: &BuildOutcome,
    ) -> Result<()> {
        let (status, error) = match outcome {
            BuildOutcome::Done => (JobStatus::Succeeded, ""),
            BuildOutcome::Failed(message) => (JobStatus::Failed, message.as_str()),
            BuildOutcome::Canceled => (JobStatus::Canceled, ""),
        };
        let mut write = self.database.write().await?;
        let id = overview.build.id;
        let held = builds::complete(&mut write, id, server, status, error, self.clock.now()).await?;
        let ttl = overview.workspace.ttl.filter(|_| overview.build.transition == Transition::Start);
        if let Some(ttl) = ttl.filter(|_| held && matches!(outcome, BuildOutcome::Done)) {
            let now = self.clock.now();
            builds::set_deadline(&mut write, id, Some(now.after(ttl)), now).await?;
        }
        if held && matches!(outcome, BuildOutcome::Done) && overview.build.transition == Transition::Delete {
            self.remove_workspace(&mut write, overview.workspace.id).await?;
        }
        if held && matches!(outcome, BuildOutcome::Done) && overview.build.then_start {
            self.follow_with_start(&mut write, &overview.build).await?;
        }
        write.commit().await?;
        self.signals.build_queued.notify_one();
        Ok(())
    }
}
