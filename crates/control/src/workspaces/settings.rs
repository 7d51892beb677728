//! What a workspace does by itself, and where its owner wants it.

use coder_model::{
    Moment, WorkspaceId,
    schedule::Schedule,
    workspace::{BuildReason, JobStatus, Transition, WorkspaceWithBuild},
};
use std::time::Duration;

use coder_store::{WriteTransaction, builds, workspaces};

use super::build::BuildRequest;
use crate::{
    Caller, Control, Error, Result,
    audit::{Action, Diff, Resource},
    permissions::require_visible,
};

/// The shortest time that a workspace may run before it is stopped.
const MIN_TTL: Duration = Duration::from_secs(60);
/// The longest.
const MAX_TTL: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// How far away a deadline must be moved at least.
const MIN_EXTENSION: Duration = Duration::from_secs(30 * 60);
impl Control {
    /// Puts a workspace first in lists, or not any more.
    ///
    /// # Errors
    /// [`Error::NotFound`] for everybody but its owner.
    pub async fn set_favorite(&self, caller: &Caller, id: WorkspaceId, favorite: bool) -> Result<()> {
        let found = self.find_workspace(caller, id, false).await?;
        require_visible(caller.owns(&found.workspace))?;
        let mut write = self.database.write().await?;
        workspaces::set_favorite(&mut write, id, favorite).await?;
        Ok(write.commit().await?)
    }

    /// Says when a workspace starts by itself; never, without a schedule.
    ///
    /// # Errors
    /// A broken rule; [`Error::NotFound`].
    pub async fn set_autostart(&self, caller: &Caller, id: WorkspaceId, schedule: Option<&str>) -> Result<()> {
        let schedule = schedule
            .filter(|text| !text.is_empty())
            .map(Schedule::parse)
            .transpose()
            .map_err(|detail| Error::invalid_field("schedule", detail))?;
        let mut write = self.database.write().await?;
        let before = self.load_for_update(&mut write, caller, id).await?;
        workspaces::set_autostart(&mut write, id, schedule.as_ref(), self.clock.now()).await?;
        let text = |schedule: Option<&Schedule>| schedule.map(ToString::to_string).unwrap_or_default();
        let diff = Diff::default().field(
            "autostart_schedule",
            text(before.workspace.autostart.as_ref()),
            text(schedule.as_ref()),
        );
        self.audit_settings(&mut write, caller, &before, diff).await?;
        Ok(write.commit().await?)
    }

    /// Says how long a workspace runs, from its next start on, before it is stopped; for ever, without a time.
    ///
    /// # Errors
    /// A broken rule; [`Error::NotFound`].
    pub async fn set_ttl(&self, caller: &Caller, id: WorkspaceId, milliseconds: Option<i64>) -> Result<()> {
        let ttl = match milliseconds {
            None | Some(0) => None,
            Some(milliseconds) => {
                let ttl = u64::try_from(milliseconds).map(Duration::from_millis).unwrap_or_default();
                if ttl < MIN_TTL {
                    return Err(Error::invalid_field(
                        "ttl_ms",
                        "time until shutdown must be at least one minute",
                    ));
                }
                if ttl > MAX_TTL {
                    return Err(Error::invalid_field(
                        "ttl_ms",
                        "time until shutdown must be less than 30 days",
                    ));
                }
                Some(ttl)
            }
        };
        let mut write = self.database.write().await?;
        let before = self.load_for_update(&mut write, caller, id).await?;
        workspaces::set_ttl(&mut write, id, ttl, self.clock.now()).await?;
        let seconds = |ttl: Option<Duration>| ttl.map(|ttl| ttl.as_secs());
        let diff = Diff::default().field("ttl", seconds(before.workspace.ttl), seconds(ttl));
        self.audit_settings(&mut write, caller, &before, diff).await?;
        Ok(write.commit().await?)
    }

    /// Moves the end of a running workspace.
    ///
    /// # Errors
    /// A refusal when it does not run or the new end is too soon; [`Error::NotFound`].
    pub async fn extend_deadline(&self, caller: &Caller, id: WorkspaceId, deadline: Moment) -> Result<()> {
        let now = self.clock.now();
        if deadline < now.after(MIN_EXTENSION) {
            return Err(Error::invalid_field(
                "deadline",
                "new deadline must be at least 30 minutes in the future",
            ));
        }
        if deadline > now.after(MAX_TTL) {
            return Err(Error::invalid_field(
                "deadline",
                "new deadline must be less than 30 days in the future",
            ));
        }
        let mut write = self.database.write().await?;
        let latest = self.load_for_update(&mut write, caller, id).await?;
        let runs = (latest.build.transition, latest.build.status) == (Transition::Start, JobStatus::Succeeded);
        if !runs {
            return Err(Error::conflict("The workspace is not running.", ""));
        }
        builds::set_deadline(&mut write, latest.build.id, Some(deadline), now).await?;
        Ok(write.commit().await?)
    }

    /// Puts a workspace aside, which stops it, or takes it back.
    ///
    /// # Errors
    /// A conflict while a build is active; [`Error::NotFound`].
    pub async fn set_dormant(
        &self,
        caller: &Caller,
        id: WorkspaceId,
        dormant: bool,
    ) -> Result<WorkspaceWithBuild> {
        let now = self.clock.now();
        let mut write = self.database.write().await?;
        let latest = self.load_for_update(&mut write, caller, id).await?;
        if dormant != latest.workspace.dormant_at.is_some() {
            workspaces::set_dormant(&mut write, id, dormant.then_some(now), now).await?;
            let diff = Diff::default().field("dormant", !dormant, dormant);
            self.audit_settings(&mut write, caller, &latest, diff).await?;
            if dormant && latest.build.transition == Transition::Start {
                let request = BuildRequest {
                    transition: Transition::Stop,
                    version: None,
                    initiator: caller.id(),
                    reason: BuildReason::Dormancy,
                    then_start: false,
                };
                self.insert_build(&mut write, &latest, request).await?;
            }
        }
        let found = workspaces::find(&mut write, id).await?.ok_or(Error::NotFound)?;
        write.commit().await?;
        self.signals.build_queued.notify_one();
        Ok(found)
    }

    async fn load_for_update(
        &self,
        write: &mut WriteTransaction,
        caller: &Caller,
        id: WorkspaceId,
    ) -> Result<WorkspaceWithBuild> {
        let latest = self.lock_workspace(write, id).await?;
        require_visible(caller.can_manage_workspace(&latest.workspace))?;
        Ok(latest)
    }

    async fn audit_settings(
        &self,
        write: &mut WriteTransaction,
        caller: &Caller,
        before: &WorkspaceWithBuild,
        diff: Diff,
    ) -> Result<()> {
        let workspace = &before.workspace;
        let resource = Resource::workspace(workspace.id, &workspace.name);
        self.audit(write, caller, Action::Write, resource, diff).await
    }
}
