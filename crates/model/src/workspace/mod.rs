//! Workspaces, builds and agents.

mod delivery;
mod name;
mod status;
mod with_build;

use std::time::Duration;

pub use delivery::{DeliveryRecord, PendingChange, pending_changes};
pub use name::ResourceName;
pub use status::{AgentStatus, BuildReason, JobStatus, Lifecycle, LogLevel, Transition, WorkspaceStatus};
pub use with_build::WorkspaceWithBuild;

use crate::{AgentId, BuildId, Moment, TemplateId, TemplateVersionId, UserId, WorkspaceId, schedule::Schedule};

/// A workspace as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    /// Stays the same when the name changes.
    pub id: WorkspaceId,
    /// The user whose secrets it gets, and the only one who can enter it.
    pub owner: UserId,
    /// Unique among the owner's workspaces that are not deleted.
    pub name: ResourceName,
    /// The template that it was created from.
    pub template: TemplateId,
    /// Creation time.
    pub created_at: Moment,
    /// Time of the last change, such as a build.
    pub updated_at: Moment,
    /// Time when it was last entered, updated at most once a minute.
    pub last_used_at: Moment,
    /// Set once it is deleted.
    pub deleted_at: Option<Moment>,
    /// Whether it is listed first.
    pub favorite: bool,
    /// Schedule of automatic starts.
    pub autostart: Option<Schedule>,
    /// Time from each start to the automatic stop.
    pub ttl: Option<Duration>,
    /// Set while it is dormant: it cannot be started until it is activated.
    pub dormant_at: Option<Moment>,
}

/// A build: one transition of a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build {
    /// Also the id of its job.
    pub id: BuildId,
    /// The workspace that it starts, stops or deletes.
    pub workspace: WorkspaceId,
    /// Counts from 1 in each workspace.
    pub number: i64,
    /// The template version that it uses.
    pub template_version: TemplateVersionId,
    /// Start, stop or delete.
    pub transition: Transition,
    /// The user who requested it; the workspace's owner for automatic starts and stops.
    pub initiator: UserId,
    /// Why it was requested.
    pub reason: BuildReason,
    /// For the stop of a restart: completing it queues a start.
    pub then_start: bool,
    /// Time when the workspace stops automatically.
    pub deadline: Option<Moment>,
    /// Status of its job.
    pub status: JobStatus,
    /// Why it failed; empty otherwise.
    pub error: String,
    /// Time of the request.
    pub created_at: Moment,
    /// Time of the last change.
    pub updated_at: Moment,
    /// Time when a server first claimed it.
    pub started_at: Option<Moment>,
    /// Time when it succeeded, failed or was canceled.
    pub completed_at: Option<Moment>,
}

/// A workspace agent as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// Stays the same for the workspace's life.
    pub id: AgentId,
    /// The workspace that it runs in.
    pub workspace: WorkspaceId,
    /// The workspace's latest start build.
    pub build: BuildId,
    /// The name that the template gives it.
    pub name: String,
    /// The latest state that it reported.
    pub lifecycle: Lifecycle,
    /// As the agent reports it; empty until it has connected.
    pub operating_system: String,
    /// As the agent reports it; empty until it has connected.
    pub architecture: String,
    /// As the agent reports it; empty until it has connected.
    pub version: String,
    /// The absolute path of the directory that sessions start in; empty until the agent has connected.
    pub expanded_directory: String,
    /// Time of the workspace's first start build.
    pub created_at: Moment,
    /// Time of the first connection in this build.
    pub first_connected_at: Option<Moment>,
    /// Time of the latest sign of life.
    pub last_connected_at: Option<Moment>,
    /// Set while it is disconnected.
    pub disconnected_at: Option<Moment>,
    /// Time when the startup scripts began.
    pub started_at: Option<Moment>,
    /// Time when the startup scripts ended.
    pub ready_at: Option<Moment>,
}

/// A warning about the delivery of a secret: its value cannot be decrypted, its file cannot be written, or two secrets
/// have the same path. Never contains values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The secret's name.
    pub secret: String,
    /// What happened and how to fix it.
    pub message: String,
}
