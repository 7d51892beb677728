//! The audit log: which user did what to which resource. An entry is written in the transaction of the change it
//! records, and from typed fields only, so that no secret gets into it by accident.

use coder_model::{
    BuildId, UserId, WorkspaceId,
    user::User,
    workspace::{ResourceName, Workspace},
};
use coder_store::{WriteTransaction, audit};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::{Caller, Control, Result};

/// The origin of a request, for the audit log.
#[derive(Debug, Clone, Default)]
pub struct RequestInfo {
    /// As in the server's log.
    pub request_id: String,
    /// Address of the client.
    pub ip: String,
    /// The User-Agent header, truncated.
    pub user_agent: String,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Action {
    Create,
    Write,
    Delete,
    Login,
    Logout,
    /// A build was requested; recorded as its transition.
    Build(coder_model::workspace::Transition),
}

impl Action {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Write => "write",
            Self::Delete => "delete",
            Self::Login => "login",
            Self::Logout => "logout",
            Self::Build(transition) => transition.as_str(),
        }
    }

    /// The HTTP status of the response.
    const fn status(self) -> i64 {
        match self {
            Self::Create | Self::Login | Self::Build(_) => 201,
            Self::Write | Self::Logout => 200,
            Self::Delete => 204,
        }
    }
}

pub(crate) struct Resource<'a> {
    pub kind: &'static str,
    pub id: Uuid,
    /// Its name, as users know it.
    pub target: &'a str,
}

impl<'a> Resource<'a> {
    pub(crate) fn user(user: &'a User) -> Self {
        Self { kind: "user", id: user.id.uuid(), target: user.username.as_str() }
    }

    pub(crate) fn secret(secret: &'a coder_model::secret::Secret) -> Self {
        Self { kind: "user_secret", id: secret.id.uuid(), target: secret.name.as_str() }
    }

    pub(crate) fn template(template: &'a coder_model::template::Template) -> Self {
        Self { kind: "template", id: template.id.uuid(), target: template.name.as_str() }
    }

    pub(crate) fn workspace(id: WorkspaceId, name: &'a ResourceName) -> Self {
        Self { kind: "workspace", id: id.uuid(), target: name.as_str() }
    }

    /// The target of a build is its workspace's name.
    pub(crate) fn build(id: BuildId, workspace: &'a Workspace) -> Self {
        Self { kind: "workspace_build", id: id.uuid(), target: workspace.name.as_str() }
    }

    /// Keys have no UUID: the entry has the user's id, and the key's id as its target.
    pub(crate) fn api_key(owner: UserId, id: &'a coder_model::token::KeyId) -> Self {
        Self { kind: "api_key", id: owner.uuid(), target: id.as_str() }
    }
}

/// The changed fields.
#[derive(Default)]
pub(crate) struct Diff(Map<String, Value>);

impl Diff {
    /// Adds a field if its content changed.
    pub(crate) fn field(mut self, name: &str, old: impl Into<Value>, new: impl Into<Value>) -> Self {
        let (old, new) = (old.into(), new.into());
        if old != new {
            self.0.insert(name.to_owned(), json!({ "old": old, "new": new, "secret": false }));
        }
        self
    }

    /// Adds a secret field, without its content.
    pub(crate) fn secret(mut self, name: &str) -> Self {
        self.0.insert(name.to_owned(), json!({ "old": "", "new": "", "secret": true }));
        self
    }
}

impl Control {
    /// Records an action of the caller.
    pub(crate) async fn audit(
        &self,
        write: &mut WriteTransaction,
        caller: &Caller,
        action: Action,
        resource: Resource<'_>,
        diff: Diff,
    ) -> Result<()> {
        self.audit_as(write, Some(caller.id()), &caller.request_info, action, resource, diff).await
    }

    /// Records an action without a caller: of a user who is not logged in, or of the server (no `actor`).
    pub(crate) async fn audit_as(
        &self,
        write: &mut WriteTransaction,
        actor: Option<UserId>,
        request_info: &RequestInfo,
        action: Action,
        resource: Resource<'_>,
        diff: Diff,
    ) -> Result<()> {
        let at = self.clock.now();
        let entry = audit::Entry {
            id: self.random.id(at)?.into(),
            at,
            request_id: &request_info.request_id,
            actor,
            ip: &request_info.ip,
            user_agent: &request_info.user_agent,
            action: action.as_str(),
            resource_type: resource.kind,
            resource_id: resource.id,
            resource_target: resource.target,
            status_code: action.status(),
            diff: &Value::Object(diff.0).to_string(),
        };
        Ok(audit::insert(write, entry).await?)
    }
}
