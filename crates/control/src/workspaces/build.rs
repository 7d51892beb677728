//! Asking for a transition of a workspace.

use coder_model::{
    AgentId, BuildId, LogSourceId, TemplateVersionId, UserId, WorkspaceId,
    template::Definition,
    user::Role,
    workspace::{BuildReason, JobStatus, ResourceName, Transition},
};
use coder_store::{Write, agent_app_health, agent_logs, agent_warnings, agents, builds, templates, workspaces};

use super::{
    Overview,
    create::{parse_definition, taken},
};
use crate::{
    Caller, Control, Error, Origin, Result,
    audit::{Action, Diff, Resource},
};

/// A build that is asked for.
pub(super) struct Asked {
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
    ) -> Result<Overview> {
        if orphan {
            caller.require_any(&[Role::Owner, Role::TemplateAdmin])?;
        }
        let mut write = self.database.write().await?;
        let latest = self.lock_workspace(&mut write, id).await?;
        may_see(caller, &latest)?;
        let asked = Asked {
            transition,
            version,
            initiator: caller.id(),
            reason: BuildReason::Initiator,
            then_start: false,
        };
        let build = self.insert_build(&mut write, &latest, asked).await?;
        let resource =
            Resource { kind: "workspace_build", id: build.uuid(), target: latest.workspace.name.as_str() };
        self.audit(&mut write, caller, Action::Build(transition), resource, Diff::default()).await?;
        if orphan && transition == Transition::Delete {
            let (now, us) = (self.clock.now(), self.deployment.id);
            self.remove_workspace(&mut write, id).await?;
            builds::claim(&mut write, build, us, now, now).await?;
            builds::finish(&mut write, build, us, JobStatus::Succeeded, "", now).await?;
        }
        let overview = builds::find(&mut write, build).await?.ok_or(Error::NotFound)?;
        write.commit().await?;
        Ok(overview)
    }

    /// Asks for a start or a stop that nobody asked for but the workspace's own settings. A workspace that is being built
    /// already is left alone.
    pub(super) async fn create_own_build(
        &self,
        id: WorkspaceId,
        transition: Transition,
        reason: BuildReason,
    ) -> Result<()> {
        let mut write = self.database.write().await?;
        let latest = self.lock_workspace(&mut write, id).await?;
        let asked =
            Asked { transition, version: None, initiator: latest.workspace.owner, reason, then_start: false };
        let build = match self.insert_build(&mut write, &latest, asked).await {
            Ok(build) => build,
            Err(Error::Conflict { .. }) => return Ok(()),
            Err(error) => return Err(error),
        };
        let resource =
            Resource { kind: "workspace_build", id: build.uuid(), target: latest.workspace.name.as_str() };
        let origin = Origin::default();
        self.audit_as(&mut write, None, &origin, Action::Build(transition), resource, Diff::default()).await?;
        Ok(write.commit().await?)
    }

    /// Takes the lock that orders a workspace's builds, then reads the latest.
    pub(super) async fn lock_workspace(&self, write: &mut Write, id: WorkspaceId) -> Result<Overview> {
        if !workspaces::touch(write, id, self.clock.now()).await? {
            return Err(Error::NotFound);
        }
        workspaces::find(write, id).await?.ok_or(Error::NotFound)
    }

    /// Adds a build after the latest, which the caller holds.
    pub(super) async fn insert_build(
        &self,
        write: &mut Write,
        latest: &Overview,
        asked: Asked,
    ) -> Result<BuildId> {
        let conflict = |message: &str, detail: String| Error::Conflict {
            message: message.to_owned(),
            detail,
            violations: Vec::new(),
        };
        if matches!(latest.build.status, JobStatus::Pending | JobStatus::Running | JobStatus::Canceling) {
            let detail = "Wait for it to end, then try again.".to_owned();
            return Err(conflict("A workspace build is already active.", detail));
        }
        if asked.transition == Transition::Start && latest.workspace.dormant_at.is_some() {
            let detail = "Take it back with `PUT /api/v2/workspaces/{workspace}/dormant` first.".to_owned();
            return Err(conflict("The workspace is dormant.", detail));
        }
        let version_id = asked.version.unwrap_or(match asked.transition {
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
            transition: asked.transition,
            initiator: asked.initiator,
            reason: asked.reason,
            then_start: asked.then_start,
            now,
        };
        builds::insert(write, build).await?;
        if asked.transition == Transition::Start {
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
            return Err(Error::refused("Job has already completed!", ""));
        }
        Ok(write.commit().await?)
    }

    /// Gives a workspace another name.
    ///
    /// # Errors
    /// A broken rule; a conflict when the name is taken; [`Error::NotFound`].
    pub async fn rename_workspace(&self, caller: &Caller, id: WorkspaceId, name: &str) -> Result<()> {
        let name = ResourceName::parse(name).map_err(|detail| Error::invalid_field("name", detail))?;
        let before = self.find_workspace(caller, id, false).await?.workspace;
        let mut write = self.database.write().await?;
        workspaces::rename(&mut write, id, &name, self.clock.now())
            .await
            .map_err(|error| taken(error, &name))?;
        let resource = Resource { kind: "workspace", id: id.uuid(), target: name.as_str() };
        let diff = Diff::default().field("name", before.name.as_str(), name.as_str());
        self.audit(&mut write, caller, Action::Write, resource, diff).await?;
        Ok(write.commit().await?)
    }

    /// Readies the workspace's agent for a start: same agent, same token, a fresh life.
    async fn begin_agent_build(
        &self,
        write: &mut Write,
        workspace: WorkspaceId,
        build: BuildId,
        definition: &Definition,
    ) -> Result<()> {
        let agent = agents::find_by_workspace(write, workspace)
            .await?
            .ok_or_else(|| Error::internal(format!("workspace {workspace} has no agent")))?;
        agents::begin_build(write, agent.id, build, &definition.agent.name, self.clock.now()).await?;
        agent_warnings::clear(write, agent.id).await?;
        agent_app_health::clear(write, agent.id).await?;
        self.insert_log_sources(write, agent.id, build, definition).await
    }

    /// Gives the agent itself and each script a place for its lines.
    pub(super) async fn insert_log_sources(
        &self,
        write: &mut Write,
        agent: AgentId,
        build: BuildId,
        definition: &Definition,
    ) -> Result<()> {
        let names = definition.scripts.iter().map(|script| script.display_name.as_str());
        for (position, display_name) in (-1_i64..).zip(std::iter::once("Agent").chain(names)) {
            let id: LogSourceId = self.random.id(self.clock.now())?.into();
            let source = agent_logs::Source { id, position, display_name: display_name.to_owned() };
            agent_logs::insert_source(write, agent, build, &source).await?;
        }
        Ok(())
    }

    /// Takes a workspace and its agent away. The agent's token opens nothing from here on.
    pub(super) async fn remove_workspace(&self, write: &mut Write, id: WorkspaceId) -> Result<()> {
        agents::delete(write, id).await?;
        workspaces::delete(write, id, self.clock.now()).await?;
        Ok(())
    }
}

/// Owners of the workspace and of the deployment may see and build it. What is in it is its owner's alone.
pub(super) fn may_see(caller: &Caller, overview: &Overview) -> Result<()> {
    if overview.workspace.owner == caller.id() || caller.has_any(&[Role::Owner]) {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}
