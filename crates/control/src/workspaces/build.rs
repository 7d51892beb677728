//! Requesting and canceling builds.

use coder_model::{
    AgentId, BuildId, LogSourceId, TemplateVersionId, UserId, WorkspaceId,
    log::LogSource,
    template::Definition,
    workspace::{BuildReason, JobStatus, Transition, WorkspaceWithBuild},
};
use coder_store::{
    WriteTransaction, agent_app_health, agent_logs, agent_warnings, agents, builds, templates, workspaces,
};

use super::create::parse_definition;
use crate::{
    Caller, Control, Error, RequestInfo, Result,
    audit::{Action, Diff, Resource},
    permissions::{require, require_visible},
};

pub(super) struct BuildRequest {
    pub transition: Transition,
    pub version: Option<TemplateVersionId>,
    pub initiator: UserId,
    pub reason: BuildReason,
    /// Whether a start follows once the build has succeeded.
    pub then_start: bool,
}

impl Control {
    /// Requests a build: a start, a stop or a delete. With `orphan`, a delete skips the provisioner and is done at
    /// once. For the workspace's owner and owners of the deployment; `orphan` for owners and template admins among
    /// them.
    ///
    /// # Errors
    /// [`Error::Conflict`] while another build is active, and for the start of a dormant workspace;
    /// [`Error::Invalid`] for a version that is not the template's or cannot be read; [`Error::NotFound`] when there
    /// is no such workspace, and for other callers; [`Error::Forbidden`] for `orphan` by other callers.
    pub async fn create_build(
        &self,
        caller: &Caller,
        id: WorkspaceId,
        transition: Transition,
        version: Option<TemplateVersionId>,
        orphan: bool,
    ) -> Result<WorkspaceWithBuild> {
        if orphan {
            require(caller.can_orphan_workspaces())?;
        }
        let mut write = self.database.write().await?;
        let latest = self.lock_workspace(&mut write, id).await?;
        require_visible(caller.can_manage_workspace(&latest.workspace))?;
        let request = BuildRequest {
            transition,
            version,
            initiator: caller.id(),
            reason: BuildReason::Initiator,
            then_start: false,
        };
        let build = self.insert_build(&mut write, &latest, request).await?;
        let resource = Resource::build(build, &latest.workspace);
        self.audit(&mut write, caller, Action::Build(transition), resource, Diff::default()).await?;
        if orphan && transition == Transition::Delete {
            // Claimed under the deployment's id, which is no server's.
            let (now, claimant) = (self.clock.now(), self.deployment.id);
            self.delete_workspace(&mut write, id).await?;
            builds::claim(&mut write, build, claimant, now, now).await?;
            builds::complete(&mut write, build, claimant, JobStatus::Succeeded, "", now).await?;
        }
        let overview = builds::find(&mut write, build).await?.ok_or(Error::NotFound)?;
        write.commit().await?;
        self.signals.build_queued.notify_one();
        Ok(overview)
    }

    /// Requests a build by the workspace's schedule. Does nothing if the build conflicts with the workspace's state.
    pub(super) async fn create_scheduled_build(
        &self,
        id: WorkspaceId,
        transition: Transition,
        reason: BuildReason,
    ) -> Result<()> {
        let mut write = self.database.write().await?;
        let latest = self.lock_workspace(&mut write, id).await?;
        let request = BuildRequest {
            transition,
            version: None,
            initiator: latest.workspace.owner,
            reason,
            then_start: false,
        };
        let build = match self.insert_build(&mut write, &latest, request).await {
            Ok(build) => build,
            Err(Error::Conflict { .. }) => return Ok(()),
            Err(error) => return Err(error),
        };
        let resource = Resource::build(build, &latest.workspace);
        let request_info = RequestInfo::default();
        self.audit_as(&mut write, None, &request_info, Action::Build(transition), resource, Diff::default())
            .await?;
        write.commit().await?;
        self.signals.build_queued.notify_one();
        Ok(())
    }

    /// Locks the workspace's row, which orders its builds, and reads the latest build.
    pub(super) async fn lock_workspace(
        &self,
        write: &mut WriteTransaction,
        id: WorkspaceId,
    ) -> Result<WorkspaceWithBuild> {
        if !workspaces::lock(write, id, self.clock.now()).await? {
            return Err(Error::NotFound);
        }
        workspaces::find(write, id).await?.ok_or(Error::NotFound)
    }

    /// Adds a build after `latest`. The workspace must be locked.
    pub(super) async fn insert_build(
        &self,
        write: &mut WriteTransaction,
        latest: &WorkspaceWithBuild,
        request: BuildRequest,
    ) -> Result<BuildId> {
        if matches!(latest.build.status, JobStatus::Pending | JobStatus::Running | JobStatus::Canceling) {
            return Err(Error::conflict(
                "A workspace build is already active.",
                "Wait for it to end, then try again.",
            ));
        }
        if request.transition == Transition::Start && latest.workspace.dormant_at.is_some() {
            return Err(Error::conflict(
                "The workspace is dormant.",
                "Activate it with `PUT /api/v2/workspaces/{workspace}/dormant` first.",
            ));
        }
        let version_id = request.version.unwrap_or(match request.transition {
            Transition::Start => latest.active_version,
            Transition::Stop | Transition::Delete => latest.build.template_version,
        });
        let found = templates::find_version(write, version_id)
            .await?
            .filter(|found| found.version.template == Some(latest.workspace.template))
            .ok_or_else(|| {
                Error::invalid_field(
                    "template_version_id",
                    "There is no such version of the workspace's template.",
                )
            })?;
        let now = self.clock.now();
        let build = builds::NewBuild {
            id: self.random.id(now)?.into(),
            workspace: latest.workspace.id,
            number: latest.build.number + 1,
            template_version: version_id,
            transition: request.transition,
            initiator: request.initiator,
            reason: request.reason,
            then_start: request.then_start,
            now,
        };
        builds::insert(write, build).await?;
        if request.transition == Transition::Start {
            let definition = parse_definition(&found.definition)?;
            self.reset_agent(write, latest.workspace.id, build.id, &definition).await?;
        }
        Ok(build.id)
    }

    /// Cancels a build: a pending one at once, a running one as soon as its server is notified. For the workspace's
    /// owner and owners of the deployment.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the build has completed; [`Error::NotFound`] when there is none, and for other
    /// callers.
    pub async fn cancel_build(&self, caller: &Caller, id: BuildId) -> Result<()> {
        self.find_build(caller, id).await?;
        let mut write = self.database.write().await?;
        if !builds::cancel(&mut write, id, self.clock.now()).await? {
            return Err(Error::bad_request("Job has already completed!", ""));
        }
        write.commit().await?;
        self.signals.build_canceled.notify_waiters();
        Ok(())
    }

    /// Resets the workspace's agent for a start. It keeps its id and token.
    async fn reset_agent(
        &self,
        write: &mut WriteTransaction,
        workspace: WorkspaceId,
        build: BuildId,
        definition: &Definition,
    ) -> Result<()> {
        let agent = agents::find_by_workspace(write, workspace)
            .await?
            .ok_or_else(|| Error::internal(format!("workspace {workspace} has no agent")))?;
        agents::reset_for_build(write, agent.id, build, &definition.agent.name, self.clock.now()).await?;
        agent_warnings::clear(write, agent.id).await?;
        agent_app_health::clear(write, agent.id).await?;
        self.insert_log_sources(write, agent.id, build, definition).await
    }

    /// Adds log sources for the agent itself and for each script.
    pub(super) async fn insert_log_sources(
        &self,
        write: &mut WriteTransaction,
        agent: AgentId,
        build: BuildId,
        definition: &Definition,
    ) -> Result<()> {
        let names = definition.scripts.iter().map(|script| script.display_name.as_str());
        for (position, display_name) in (-1_i64..).zip(std::iter::once("Agent").chain(names)) {
            let id: LogSourceId = self.random.id(self.clock.now())?.into();
            let source = LogSource { id, position, display_name: display_name.to_owned() };
            agent_logs::insert_source(write, agent, build, &source).await?;
        }
        Ok(())
    }
}
