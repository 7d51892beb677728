//! Creating workspaces.

use coder_crypto::AssociatedData;
use coder_model::{
    TemplateId, TemplateVersionId, WorkspaceId,
    template::{Definition, TemplateVersionDetails},
    user::User,
    workspace::{BuildReason, ResourceName, Transition, WorkspaceWithBuild},
};
use coder_store::{Error as StoreError, WriteTransaction, agents, builds, templates, users, workspaces};

use crate::{
    Caller, Control, Error, Result,
    audit::{Action, Diff, Resource},
    auth::hash_secret,
    permissions::require,
};

/// Letters and digits of an agent token: 238 bits.
const AGENT_TOKEN_LENGTH: usize = 40;

#[derive(Debug, Clone, Default)]
pub struct NewWorkspace {
    /// Unique among the owner's workspaces.
    pub name: String,
    /// Either this or `version`.
    pub template: Option<TemplateId>,
    /// A version to use instead of the template's active one.
    pub version: Option<TemplateVersionId>,
}

impl Control {
    /// Creates a workspace with its agent, and requests its first start. For the owner themselves.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the field error; [`Error::Conflict`] when the name is in use; [`Error::Forbidden`] for
    /// other callers; [`Error::NotFound`] when the owner was deleted meanwhile.
    pub async fn create_workspace(
        &self,
        caller: &Caller,
        owner: &User,
        request: NewWorkspace,
    ) -> Result<WorkspaceWithBuild> {
        require(caller.can_act_as(owner))?;
        let name = ResourceName::parse(&request.name).map_err(|detail| Error::invalid_field("name", detail))?;
        let now = self.clock.now();
        let mut write = self.database.write().await?;
        // Locks the owner's row: a user cannot be deleted while they get a workspace.
        if !users::lock(&mut write, owner.id).await? {
            return Err(Error::NotFound);
        }
        let (template, version) = self.requested_version(&mut write, &request).await?;
        let definition = parse_definition(&version.definition)?;
        let id: WorkspaceId = self.random.id(now)?.into();
        workspaces::insert(&mut write, id, owner.id, &name, template, now)
            .await
            .map_err(|error| name_conflict(error, &name))?;
        let build = builds::NewBuild {
            id: self.random.id(now)?.into(),
            workspace: id,
            number: 1,
            template_version: version.version.id,
            transition: Transition::Start,
            initiator: caller.id(),
            reason: BuildReason::Initiator,
            then_start: false,
            now,
        };
        builds::insert(&mut write, build).await?;
        let token = self.random.alphanumeric(AGENT_TOKEN_LENGTH)?;
        let key = self.data_key(&mut write, owner.id).await?;
        let sealed =
            key.seal(AssociatedData::AgentToken { owner: owner.id, workspace: id }, token.as_bytes())?;
        let agent = agents::NewAgent {
            id: self.random.id(now)?.into(),
            workspace: id,
            build: build.id,
            name: &definition.agent.name,
            token_hash: &hash_secret(&token),
            token: &sealed,
            now,
        };
        let agent_id = agent.id;
        agents::insert(&mut write, agent).await?;
        self.insert_log_sources(&mut write, agent_id, build.id, &definition).await?;
        let resource = Resource::workspace(id, &name);
        let diff = Diff::default().field("name", "", name.as_str());
        self.audit(&mut write, caller, Action::Create, resource, diff).await?;
        let overview = workspaces::find(&mut write, id).await?.ok_or(Error::NotFound)?;
        write.commit().await?;
        self.signals.build_queued.notify_one();
        Ok(overview)
    }

    /// The template and the version that a request names. Locks the template's row.
    async fn requested_version(
        &self,
        write: &mut WriteTransaction,
        request: &NewWorkspace,
    ) -> Result<(TemplateId, TemplateVersionDetails)> {
        let unknown = |field: &str| Error::invalid_field(field, "There is no such template.");
        let (template, version) = match (request.template, request.version) {
            (Some(template), None) => {
                let found = templates::find(write, template).await?.ok_or_else(|| unknown("template_id"))?;
                (template, found.template.active_version)
            }
            (None, Some(version)) => {
                let found = templates::find_version(write, version).await?;
                let template = found.and_then(|found| found.version.template);
                (template.ok_or_else(|| unknown("template_version_id"))?, version)
            }
            _ => {
                return Err(Error::invalid_field(
                    "template_id",
                    "Give exactly one of template_id and template_version_id.",
                ));
            }
        };
        if !templates::lock(write, template, self.clock.now()).await? {
            return Err(unknown("template_id"));
        }
        let found = templates::find_version(write, version).await?.ok_or(Error::NotFound)?;
        Ok((template, found))
    }
}

/// Parses a stored definition. It was valid when it was pushed, perhaps by the rules of another version.
pub(crate) fn parse_definition(text: &str) -> Result<Definition> {
    Definition::parse(text).map_err(|errors| {
        let first = errors.first().map(ToString::to_string).unwrap_or_default();
        Error::bad_request("The template cannot be used by this version.", format!("Push it again: {first}"))
    })
}

/// A violated unique index as a conflict of the name; other errors stay as they are.
pub(super) fn name_conflict(error: StoreError, name: &ResourceName) -> Error {
    Error::unique(error, "name", format!("Workspace \"{name}\" already exists."))
}
