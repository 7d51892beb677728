//! The work on builds: one server at a time claims one, does it, and says how it ended.

use std::time::Duration;

use coder_model::{
    BuildId, UserId, WorkspaceId,
    template::Definition,
    workspace::{JobStatus, Transition},
};
use coder_seal::Binding;
use coder_store::{agents, builds};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{Overview, create::parse_definition};
use crate::{Control, Error, Result};

/// How long a claim holds without being renewed.
const CLAIM: Duration = Duration::from_secs(30);

/// A build that a server has claimed.
#[derive(Debug)]
pub struct Claimed {
    /// The build with its workspace.
    pub overview: Overview,
    /// What to build.
    pub definition: Definition,
}

/// How a build ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// As asked.
    Done,
    /// With a message for people.
    Failed(String),
    /// It was called off.
    Canceled,
}

/// Whether a claim still holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// It does.
    Held,
    /// The build was called off.
    Canceled,
    /// Another server has taken the build over.
    Lost,
}

impl Control {
    /// Claims the build that has waited longest, if there is one. A claim must be [renewed](Self::renew_build) more
    /// often than every thirty seconds, or another server takes the build over.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim_build(&self, server: Uuid) -> Result<Option<Claimed>> {
        let now = self.clock.now();
        let next = builds::next_to_work_on(&mut self.database.read().await?, now).await?;
        let Some(next) = next else { return Ok(None) };
        let mut write = self.database.write().await?;
        if !builds::claim(&mut write, next.build.id, server, now.after(CLAIM), now).await? {
            return Ok(None);
        }
        let Some(overview) = builds::find(&mut write, next.build.id).await? else { return Ok(None) };
        write.commit().await?;
        let definition = parse_definition(&overview.definition)?;
        Ok(Some(Claimed { overview, definition }))
    }

    /// Holds a claim for longer, if it still holds.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn renew_build(&self, id: BuildId, server: Uuid) -> Result<Claim> {
        let mut write = self.database.write().await?;
        if builds::renew(&mut write, id, server, self.clock.now().after(CLAIM)).await? {
            write.commit().await?;
            return Ok(Claim::Held);
        }
        let found = builds::find(&mut write, id).await?;
        let canceled = found.is_some_and(|found| found.build.status == JobStatus::Canceling);
        Ok(if canceled { Claim::Canceled } else { Claim::Lost })
    }

    /// Ends a claimed build: done, failed with a message for people, or called off. A delete that is done takes the workspace
    /// and its agent away.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn finish_build(&self, overview: &Overview, server: Uuid, outcome: &Outcome) -> Result<()> {
        let (status, error) = match outcome {
            Outcome::Done => (JobStatus::Succeeded, ""),
            Outcome::Failed(message) => (JobStatus::Failed, message.as_str()),
            Outcome::Canceled => (JobStatus::Canceled, ""),
        };
        let mut write = self.database.write().await?;
        let id = overview.build.id;
        let held = builds::finish(&mut write, id, server, status, error, self.clock.now()).await?;
        let ttl = overview.workspace.ttl.filter(|_| overview.build.transition == Transition::Start);
        if let Some(ttl) = ttl.filter(|_| held && matches!(outcome, Outcome::Done)) {
            let now = self.clock.now();
            builds::set_deadline(&mut write, id, Some(now.after(ttl)), now).await?;
        }
        if held && matches!(outcome, Outcome::Done) && overview.build.transition == Transition::Delete {
            self.remove_workspace(&mut write, overview.workspace.id).await?;
        }
        if held && matches!(outcome, Outcome::Done) && overview.build.then_start {
            self.follow_with_start(&mut write, &overview.build).await?;
        }
        Ok(write.commit().await?)
    }

    /// The token of a workspace's agent, for whoever makes its computer.
    ///
    /// # Errors
    /// When it does not open, or the database fails.
    pub async fn agent_token(&self, owner: UserId, workspace: WorkspaceId) -> Result<Zeroizing<String>> {
        let mut read = self.database.read().await?;
        let agent = agents::find_by_workspace(&mut read, workspace).await?.ok_or(Error::NotFound)?;
        let sealed = agents::token(&mut read, agent.id).await?.ok_or(Error::NotFound)?;
        let key = self.existing_data_key(&mut read, owner).await?;
        let opened = key.and_then(|key| key.open(Binding::AgentToken { owner, workspace }, &sealed).ok());
        let mut opened = opened.ok_or_else(|| {
            Error::internal(format!("the agent token of workspace {workspace} does not open"))
        })?;
        String::from_utf8(std::mem::take(&mut *opened))
            .map(Zeroizing::new)
            .map_err(|_| Error::internal("an agent token is not text"))
    }
}
