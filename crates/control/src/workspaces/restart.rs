//! Stopping a workspace and starting it again, as one request: the start follows whichever server does the stop, and whoever
//! request need not stay.

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
    /// Asks for a stop that a start follows; for a start alone where there is nothing to stop.
    ///
    /// # Errors
    /// A conflict while another build is active or the workspace is put aside; [`Error::NotFound`].
    pub async fn restart_workspace(&self, caller: &Caller, id: WorkspaceId) -> Result<WorkspaceWithBuild> {
        let mut write = self.database.write().await?;
        let latest = self.lock_workspace(&mut write, id).await?;
        require_visible(caller.can_manage_workspace(&latest.workspace))?;
        let runs = latest.build.transition == Transition::Start;
        let request = BuildRequest {
            transition: if runs { Transition::Stop } else { Transition::Start },
            version: None,
            initiator: caller.id(),
            reason: BuildReason::Initiator,
            then_start: runs,
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

    /// Asks for the second half of a restart, in the transaction that ends the first.
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
            // Somebody put it aside, or made its template one that cannot be used: it stays stopped, as they see.
            Err(Error::Conflict { message, .. } | Error::Invalid { message, .. }) => {
                tracing::warn!(workspace = %stop.workspace, reason = message, "the start of a restart was not queued");
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        let resource = Resource::build(build, &latest.workspace);
        let (request_info, action) = (RequestInfo::default(), Action::Build(Transition::Start));
        self.audit_as(write, Some(stop.initiator), &request_info, action, resource, Diff::default()).await
    }
}
