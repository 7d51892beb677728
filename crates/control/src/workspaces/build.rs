//! Asking for a transition of a workspace.

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

/// A build that is request for.
pub(super) struct BuildRequest {
    pub transition: Transition,
    pub version: Option<TemplateVersionId>,
    pub initiator: UserId,
    pub reason: BuildReason,
    /// Whether a start follows once it is done.
    pub then_start: bool,
}

impl Control {
    /// Asks for a start, a stop or a delete. With `orphan`, a delete leaves the computer alone.
    ///
    /// # Errors
    /// A conflict while another build is active or the workspace is put aside; [`Error::NotFound`].
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
            let (now, us) = (self.clock.now(), self.deployment.id);
            self.remove_workspace(&mut write, id).await?;
            builds::claim(&mut write, build, us, now, now).await?;
            builds::complete(&mut write, build, us, JobStatus::Succeeded, "", now).await?;
        }
        let overview = builds::find(&mut write, build).await?.ok_or(Error::NotFound)?;
        write.commit().await?;
        self.signals.build_queued.notify_one();
        Ok(overview)
    }

    /// Asks for a start or a stop that nobody request for but the workspace's own settings. A workspace that is being built
    /// already is left alone.
    pub(super) async fn create_own_build(
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

    /// Takes the lock that orders a workspace's builds, then reads the latest.
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

    /// Adds a build after the latest, which the caller holds.
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
            self.begin_agent_build(write, latest.workspace.id, build.id, &definition).await?;
        }
        Ok(build.id)
    }

    /// Calls a build off: at once while it waits, soon when it is under way.
    ///
    /// # Errors
    /// A refusal when the build has ended; [`Error::NotFound`].
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

    /// Readies the workspace's agent for a start: same agent, same token, a fresh life.
    async fn begin_agent_build(
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

    /// Gives the agent itself and each script a place for its lines.
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
