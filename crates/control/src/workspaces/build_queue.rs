//! The queue of builds: a server claims one under a lease, runs it, and completes it.

use std::time::Duration;

use coder_model::{
    BuildId,
    template::Definition,
    workspace::{JobStatus, Transition, WorkspaceWithBuild},
};
use coder_store::builds;
use uuid::Uuid;

use super::create::parse_definition;
use crate::{Control, Result};

/// How long a claim lasts unless it is renewed.
const LEASE: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub struct ClaimedBuild {
    pub overview: WorkspaceWithBuild,
    pub definition: Definition,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BuildOutcome {
    Done,
    /// With a message for users.
    Failed(String),
    Canceled,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeaseStatus {
    Held,
    Canceled,
    /// Another server has claimed the build, or it has ended.
    Lost,
}

impl Control {
    /// Claims the build that has waited longest, if there is one. Unless its lease is [renewed](Self::renew_lease)
    /// within 30 seconds, another server may claim it. For the server's build worker.
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

    /// Renews the lease of a claimed build, if it is still held. For the server's build worker.
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

    /// Completes a claimed build; no effect if the lease was lost. After a successful start the workspace's deadline
    /// is set, after a delete the workspace is deleted, after the stop of a restart the start is requested. For the
    /// server's build worker.
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
        let is_held = builds::complete(&mut write, id, server, status, error, self.clock.now()).await?;
        let succeeded = is_held && matches!(outcome, BuildOutcome::Done);
        let ttl = overview.workspace.ttl.filter(|_| overview.build.transition == Transition::Start);
        if let Some(ttl) = ttl.filter(|_| succeeded) {
            let now = self.clock.now();
            builds::set_deadline(&mut write, id, Some(now.after(ttl)), now).await?;
        }
        if succeeded && overview.build.transition == Transition::Delete {
            self.delete_workspace(&mut write, overview.workspace.id).await?;
        }
        if succeeded && overview.build.then_start {
            self.follow_with_start(&mut write, &overview.build).await?;
        }
        write.commit().await?;
        self.signals.build_queued.notify_one();
        Ok(())
    }
}
