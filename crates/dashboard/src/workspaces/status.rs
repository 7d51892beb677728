//! States in words and colours.

use coder_control::AgentView;
use coder_model::{
    template::AppHealth,
    workspace::{
        AgentStatus, JobStatus, Lifecycle, PendingChange, Transition, WorkspaceStatus, WorkspaceWithBuild,
    },
};

/// A state as it is shown: its word, and the class that colours it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Badge {
    /// The word.
    pub word: &'static str,
    /// `is-success`, `is-pending`, `is-danger`, or nothing for what just is.
    pub class: &'static str,
}

const fn badge(word: &'static str, class: &'static str) -> Badge {
    Badge { word, class }
}

/// A workspace's.
pub const fn of_workspace(overview: &WorkspaceWithBuild) -> Badge {
    of_status(WorkspaceStatus::of(overview.build.transition, overview.build.status))
}

const fn of_status(status: WorkspaceStatus) -> Badge {
    match status {
        WorkspaceStatus::Pending => badge("Waiting", "is-pending"),
        WorkspaceStatus::Starting => badge("Starting", "is-pending"),
        WorkspaceStatus::Running => badge("Running", "is-success"),
        WorkspaceStatus::Stopping => badge("Stopping", "is-pending"),
        WorkspaceStatus::Stopped => badge("Stopped", ""),
        WorkspaceStatus::Failed => badge("Failed", "is-danger"),
        WorkspaceStatus::Canceling => badge("Canceling", "is-pending"),
        WorkspaceStatus::Canceled => badge("Canceled", ""),
        WorkspaceStatus::Deleting => badge("Deleting", "is-pending"),
        WorkspaceStatus::Deleted => badge("Deleted", ""),
    }
}

/// A build's.
pub const fn of_build(status: JobStatus) -> Badge {
    match status {
        JobStatus::Pending => badge("Waiting", "is-pending"),
        JobStatus::Running => badge("Running", "is-pending"),
        JobStatus::Succeeded => badge("Done", "is-success"),
        JobStatus::Canceling => badge("Canceling", "is-pending"),
        JobStatus::Canceled => badge("Canceled", ""),
        JobStatus::Failed => badge("Failed", "is-danger"),
    }
}

/// An agent's connection and how far it has come.
pub const fn of_agent(view: &AgentView) -> Badge {
    match (view.status, view.agent.lifecycle) {
        (AgentStatus::Timeout, _) => badge("Connection timed out", "is-danger"),
        (AgentStatus::Disconnected, Lifecycle::Off) => badge("Off", ""),
        (AgentStatus::Disconnected, _) => badge("Connection lost", "is-danger"),
        (AgentStatus::Connecting, _) => badge("Waiting for the agent", "is-pending"),
        (_, Lifecycle::Created) => badge("Receiving secrets", "is-pending"),
        (_, Lifecycle::Starting) => badge("Running startup scripts", "is-pending"),
        (_, Lifecycle::StartTimeout) => badge("Startup script timed out", "is-danger"),
        (_, Lifecycle::StartError) => badge("Startup script failed", "is-danger"),
        (_, Lifecycle::Ready) => badge("Ready", "is-success"),
        (_, Lifecycle::ShuttingDown) => badge("Running shutdown scripts", "is-pending"),
        (_, Lifecycle::ShutdownTimeout) => badge("Shutdown script timed out", "is-danger"),
        (_, Lifecycle::ShutdownError) => badge("Shutdown script failed", "is-danger"),
        (_, Lifecycle::Off) => badge("Off", ""),
    }
}

/// An app's; none where nobody looks.
pub const fn of_app(health: AppHealth) -> Option<Badge> {
    match health {
        AppHealth::Disabled => None,
        AppHealth::Initializing => Some(badge("Starting", "is-pending")),
        AppHealth::Healthy => Some(badge("Healthy", "is-success")),
        AppHealth::Unhealthy => Some(badge("Unhealthy", "is-danger")),
    }
}

/// What a restart does about a secret.
pub const fn of_change(change: PendingChange) -> &'static str {
    match change {
        PendingChange::Added => "new",
        PendingChange::ValueChanged => "value changed",
        PendingChange::TargetChanged => "variable or file changed",
        PendingChange::Removed => "no longer delivered; a file already written stays",
    }
}

/// What may be done to a workspace as it is now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AvailableActions {
    /// Activate it: it is dormant.
    pub activate: bool,
    /// Start it.
    pub start: bool,
    /// Stop it and start it again.
    pub restart: bool,
    /// Stop it.
    pub stop: bool,
    /// Call the build off.
    pub cancel: bool,
    /// Delete it.
    pub delete: bool,
}

impl AvailableActions {
    /// For this workspace.
    pub const fn of(overview: &WorkspaceWithBuild) -> Self {
        let build = &overview.build;
        let is_active = matches!(build.status, JobStatus::Pending | JobStatus::Running | JobStatus::Canceling);
        let is_start = matches!(build.transition, Transition::Start);
        let is_dormant = overview.workspace.dormant_at.is_some();
        let runs = is_start && matches!(build.status, JobStatus::Succeeded);
        Self {
            activate: !is_active && is_dormant,
            // One that failed to start may run in part: it can be stopped as well as started again.
            start: !is_active && !is_dormant && !runs,
            restart: runs,
            stop: !is_active && is_start,
            cancel: matches!(build.status, JobStatus::Pending | JobStatus::Running),
            delete: !is_active,
        }
    }
}
