//! A workspace, its transitions, and the life of its agent.

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
    /// The workspace.
    pub id: WorkspaceId,
    /// Whose it is, and whose secrets it receives.
    pub owner: UserId,
    /// Unique among the owner's workspaces that are not deleted.
    pub name: ResourceName,
    /// What it is built from.
    pub template: TemplateId,
    /// When it was made.
    pub created_at: Moment,
    /// When it was last changed.
    pub updated_at: Moment,
    /// When somebody last used it.
    pub last_used_at: Moment,
    /// When it was deleted, if it was.
    pub deleted_at: Option<Moment>,
    /// Whether its owner wants it first in lists.
    pub favorite: bool,
    /// When it starts by itself.
    pub autostart: Option<Schedule>,
    /// How long it runs before it is stopped.
    pub ttl: Option<Duration>,
    /// Since when it is put aside: it does not start until it is taken back.
    pub dormant_at: Option<Moment>,
}

/// One transition of a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build {
    /// The build.
    pub id: BuildId,
    /// The workspace it moves.
    pub workspace: WorkspaceId,
    /// Counts a workspace's builds from 1.
    pub number: i64,
    /// What it is built from.
    pub template_version: TemplateVersionId,
    /// Where it takes the workspace.
    pub transition: Transition,
    /// Who asked for it.
    pub initiator: UserId,
    /// Why.
    pub reason: BuildReason,
    /// Whether a start follows once it is done: the first half of a restart.
    pub then_start: bool,
    /// When the workspace is stopped by itself.
    pub deadline: Option<Moment>,
    /// How far it has come.
    pub status: JobStatus,
    /// What went wrong; empty while nothing did.
    pub error: String,
    /// When it was asked for.
    pub created_at: Moment,
    /// When it was last changed.
    pub updated_at: Moment,
    /// When work on it began.
    pub started_at: Option<Moment>,
    /// When it ended, well or badly.
    pub completed_at: Option<Moment>,
}

/// A workspace agent as the server knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// The agent.
    pub id: AgentId,
    /// The workspace it belongs to, for the workspace's life.
    pub workspace: WorkspaceId,
    /// The workspace's latest start build.
    pub build: BuildId,
    /// Its name within the workspace.
    pub name: String,
    /// How far it has come.
    pub lifecycle: Lifecycle,
    /// What it says of its machine; empty until it has connected.
    pub operating_system: String,
    /// What it says of its machine; empty until it has connected.
    pub architecture: String,
    /// Its version; empty until it has connected.
    pub version: String,
    /// The folder that sessions start in, with `~` resolved; empty until it has connected.
    pub expanded_directory: String,
    /// When the start build made it.
    pub created_at: Moment,
    /// When it first connected.
    pub first_connected_at: Option<Moment>,
    /// When it was last heard of.
    pub last_connected_at: Option<Moment>,
    /// When its connection ended, if it has ended since.
    pub disconnected_at: Option<Moment>,
    /// When its start scripts began.
    pub started_at: Option<Moment>,
    /// When its start scripts were done.
    pub ready_at: Option<Moment>,
}

/// Something about delivery that the owner should know: a secret that does not open, a file that could not be
/// written, two targets that are one path. Names only, never values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The secret it is about.
    pub secret: String,
    /// What happened and what to do.
    pub message: String,
}
