//! Identifiers: UUIDs with one type for each kind of resource, so that they cannot be confused.

use std::fmt;

use uuid::Uuid;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub Uuid);

        impl $name {
            /// As a UUID, for JSON and the database.
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
    /// The one organization of a deployment: the API has a field for it.
    OrganizationId,
    /// A user secret.
    SecretId,
    /// An uploaded archive of a template.
    FileId,
    /// A template.
    TemplateId,
    /// A version of a template.
    TemplateVersionId,
    /// A workspace.
    WorkspaceId,
    /// A build: one transition of a workspace.
    BuildId,
    /// A resource of a build: what its agent runs on.
    ResourceId,
    /// A workspace agent.
    AgentId,
    /// A source of agent log lines: a script, or the agent itself.
    LogSourceId,
    /// An entry of the audit log.
    AuditId,
}
