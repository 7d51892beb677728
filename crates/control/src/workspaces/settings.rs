//! Settings of a workspace: favorite, autostart, time to live, deadline, dormancy.

use std::time::Duration;

use coder_model::{
    Moment, WorkspaceId,
    schedule::Schedule,
    workspace::{BuildReason, JobStatus, Transition, WorkspaceWithBuild},
};
use coder_store::{WriteTransaction, builds, workspaces};

use super::build::BuildRequest;
use crate::{
    Caller, Control, Error, Result,
    audit::{Action, Diff, Resource},
    permissions::require_visible,
};

const MIN_TTL: Duration = Duration::from_secs(60);
const MAX_TTL: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// A new deadline must be at least this far away.
const MIN_EXTENSION: Duration = Duration::from_secs(30 * 60);

impl Control {
    /// Sets whether a workspace is listed first. For the workspace's owner only.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such workspace, and for other callers; [`Error::Gone`] for a deleted one.
    pub async fn set_favorite(&self, caller: &Caller, id: WorkspaceId, favorite: bool) -> Result<()> {
        let found = self.find_workspace(caller, id, false).await?;
        require_visible(caller.owns(&found.workspace))?;
        let mut write = self.database.write().await?;
        workspaces::set_favorite(&mut write, id, favorite).await?;
        Ok(write.commit().await?)
    }

    /// Sets the schedule by which a workspace starts; never without one. For the workspace's owner and owners of the
    /// deployment.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an invalid schedule; [`Error::NotFound`] when there is no such workspace, and for other
    /// callers.
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

    /// Sets how long a workspace runs before it is stopped, from its next start on: one minute to 30 days, without
    /// limit for none or zero. For the workspace's owner and owners of the deployment.
    ///
    /// # Errors
    /// [`Error::Invalid`] outside of these limits; [`Error::NotFound`] when there is no such workspace, and for other
    /// callers.
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

    /// Sets the deadline of a running workspace: 30 minutes to 30 days from now. For the workspace's owner and owners
    /// of the deployment.
    ///
    /// # Errors
    /// [`Error::Invalid`] outside of these limits; [`Error::Conflict`] when the workspace does not run;
    /// [`Error::NotFound`] when there is no such workspace, and for other callers.
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
        let is_running =
            (latest.build.transition, latest.build.status) == (Transition::Start, JobStatus::Succeeded);
        if !is_running {
            return Err(Error::conflict("The workspace is not running.", ""));
        }
        builds::set_deadline(&mut write, latest.build.id, Some(deadline), now).await?;
        Ok(write.commit().await?)
    }

    /// Makes a workspace dormant, which stops it, or activates it. For the workspace's owner and owners of the
    /// deployment.
    ///
    /// # Errors
    /// [`Error::Conflict`] when it must be stopped while a build is active; [`Error::NotFound`] when there is no such
    /// workspace, and for other callers.
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

    /// Locks a workspace that the caller may change, and reads it.
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
