//! Identifiers, one type per kind of thing, so that a workspace's id cannot stand where a user's is wanted.

use std::fmt;

use uuid::Uuid;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub Uuid);

        impl $name {
            /// The identifier as a UUID, for the wire and the database.
            #[must_use]
            pub const fn uuid(self) -> Uuid { self.0 }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self { Self(id) }
        }
    )*};
}

id! {
    /// A user.
    UserId,
    /// The one organisation of a deployment; kept because the API speaks of it.
    OrganizationId,
    /// A user secret.
    SecretId,
    /// An uploaded file (a template's archive).
    FileId,
    /// A template.
    TemplateId,
    /// One pushed state of a template.
    TemplateVersionId,
    /// A workspace.
    WorkspaceId,
    /// One transition of a workspace.
    BuildId,
    /// A resource of a build: the computer that carries an agent.
    ResourceId,
    /// A workspace agent.
    AgentId,
    /// A place agent log lines come from: one start-up script, or the agent itself.
    LogSourceId,
    /// An entry of the audit log.
    AuditId,
}
