//! Labels and colours of states, and the actions that they allow.

use coder_control::AgentView;
use coder_model::{
    template::AppHealth,
    workspace::{
        AgentStatus, JobStatus, Lifecycle, PendingChange, Transition, WorkspaceStatus, WorkspaceWithBuild,
    },
};

/// A state's label and CSS class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Badge {
    pub label: &'static str,
    /// `is-success`, `is-pending`, `is-danger`, or empty.
    pub class: &'static str,
}

const fn badge(label: &'static str, class: &'static str) -> Badge {
    Badge { label, class }
}

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

/// Connection and lifecycle of an agent.
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

/// Health of an app; none without a healthcheck.
pub const fn of_app(health: AppHealth) -> Option<Badge> {
    match health {
        AppHealth::Disabled => None,
        AppHealth::Initializing => Some(badge("Starting", "is-pending")),
        AppHealth::Healthy => Some(badge("Healthy", "is-success")),
        AppHealth::Unhealthy => Some(badge("Unhealthy", "is-danger")),
    }
}

/// What a restart changes about a secret.
pub const fn of_change(change: PendingChange) -> &'static str {
    match change {
        PendingChange::Added => "new",
        PendingChange::ValueChanged => "value changed",
        PendingChange::TargetChanged => "variable or file changed",
        PendingChange::Removed => "no longer delivered; a file already written stays",
    }
}

/// The actions that a workspace's state allows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AvailableActions {
    pub activate: bool,
    pub start: bool,
    pub restart: bool,
    pub stop: bool,
    pub cancel: bool,
    pub delete: bool,
}

impl AvailableActions {
    pub const fn of(overview: &WorkspaceWithBuild) -> Self {
        let build = &overview.build;
        let is_active = matches!(build.status, JobStatus::Pending | JobStatus::Running | JobStatus::Canceling);
        let is_start = matches!(build.transition, Transition::Start);
        let is_dormant = overview.workspace.dormant_at.is_some();
        let is_running = is_start && matches!(build.status, JobStatus::Succeeded);
        Self {
            activate: !is_active && is_dormant,
            // A failed start may have left processes: it can be started again as well as stopped.
            start: !is_active && !is_dormant && !is_running,
            restart: is_running,
            stop: !is_active && is_start,
            cancel: matches!(build.status, JobStatus::Pending | JobStatus::Running),
            delete: !is_active,
        }
    }
}
