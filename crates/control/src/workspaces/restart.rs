//! Restarting a workspace as one request: the server that completes the stop requests the start, so the client need
//! not wait for it.

use coder_model::{
    WorkspaceId,
    workspace::{Build, BuildReason, Transition, WorkspaceWithBuild},
};
use coder_store::{WriteTransaction, builds};

use super::build::BuildRequest;
use crate::{
    Caller, Control, Error, RequestInfo, Result,
    audit::{Action, Diff, Resource},
    permissions::require_visible,
};

impl Control {
    /// Requests a stop that a start follows; only a start if the workspace is stopped. For the workspace's owner and
    /// owners of the deployment.
    ///
    /// # Errors
    /// As [`Control::create_build`].
    pub async fn restart_workspace(&self, caller: &Caller, id: WorkspaceId) -> Result<WorkspaceWithBuild> {
        let mut write = self.database.write().await?;
        let latest = self.lock_workspace(&mut write, id).await?;
        require_visible(caller.can_manage_workspace(&latest.workspace))?;
        let is_started = latest.build.transition == Transition::Start;
        let request = BuildRequest {
            transition: if is_started { Transition::Stop } else { Transition::Start },
            version: None,
            initiator: caller.id(),
            reason: BuildReason::Initiator,
            then_start: is_started,
        };
        let action = Action::Build(request.transition);
        let build = self.insert_build(&mut write, &latest, request).await?;
        let resource = Resource::build(build, &latest.workspace);
        self.audit(&mut write, caller, action, resource, Diff::default()).await?;
        let overview = builds::find(&mut write, build).await?.ok_or(Error::NotFound)?;
        write.commit().await?;
        self.signals.build_queued.notify_one();
        Ok(overview)
    }

    /// Requests the start of a restart, in the transaction that completes the stop.
    pub(super) async fn follow_with_start(&self, write: &mut WriteTransaction, stop: &Build) -> Result<()> {
        let latest = self.lock_workspace(write, stop.workspace).await?;
        let request = BuildRequest {
            transition: Transition::Start,
            version: None,
            initiator: stop.initiator,
            reason: stop.reason,
            then_start: false,
        };
        let build = match self.insert_build(write, &latest, request).await {
            Ok(build) => build,
            // The workspace became dormant, or its template's new version cannot be used: it stays stopped.
            Err(Error::Conflict { message, .. } | Error::Invalid { message, .. }) => {
                tracing::warn!(workspace = %stop.workspace, reason = message, "a restart ends with its stop");
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        let resource = Resource::build(build, &latest.workspace);
        let (request_info, action) = (RequestInfo::default(), Action::Build(Transition::Start));
        self.audit_as(write, Some(stop.initiator), &request_info, action, resource, Diff::default()).await
    }
}
