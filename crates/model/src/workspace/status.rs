//! States of workspaces, builds and agents, with their string values in JSON and in the database.

use std::fmt;

macro_rules! string_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant),* }

        impl $name {
            /// The string value in JSON and in the database.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }

            /// Parses a string value.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)* _ => None }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(self.as_str()) }
        }
    };
}

string_enum! {
    /// What a build does to its workspace.
    Transition {
        /// The workspace runs afterwards.
        Start = "start",
        /// The workspace is stopped afterwards.
        Stop = "stop",
        /// The workspace and its data are deleted.
        Delete = "delete",
    }
}

string_enum! {
    /// Why a build was requested.
    BuildReason {
        /// By a user.
        Initiator = "initiator",
        /// By the workspace's schedule.
        Autostart = "autostart",
        /// The workspace's deadline passed.
        Autostop = "autostop",
        /// The workspace became dormant.
        Dormancy = "dormancy",
    }
}

string_enum! {
    /// Status of a build's job.
    JobStatus {
        /// Queued.
        Pending = "pending",
        /// A server works on it.
        Running = "running",
        /// Completed.
        Succeeded = "succeeded",
        /// The server that works on it has been asked to cancel it.
        Canceling = "canceling",
        /// Ended by cancellation.
        Canceled = "canceled",
        /// Ended with an error.
        Failed = "failed",
    }
}

string_enum! {
    /// A workspace's status: its latest build's transition and job status combined.
    WorkspaceStatus {
        /// The latest build is queued.
        Pending = "pending",
        /// A start is running.
        Starting = "starting",
        /// The latest build is a successful start.
        Running = "running",
        /// A stop is running.
        Stopping = "stopping",
        /// The latest build is a successful stop.
        Stopped = "stopped",
        /// The latest build failed.
        Failed = "failed",
        /// The latest build is being canceled.
        Canceling = "canceling",
        /// The latest build was canceled.
        Canceled = "canceled",
        /// A delete is running.
        Deleting = "deleting",
        /// The latest build is a successful delete.
        Deleted = "deleted",
    }
}

impl WorkspaceStatus {
    /// The status of a workspace whose latest build has this transition and job status.
    #[must_use]
    pub const fn of(transition: Transition, job: JobStatus) -> Self {
        match (job, transition) {
            (JobStatus::Pending, _) => Self::Pending,
            (JobStatus::Running, Transition::Start) => Self::Starting,
            (JobStatus::Running, Transition::Stop) => Self::Stopping,
            (JobStatus::Running, Transition::Delete) => Self::Deleting,
            (JobStatus::Succeeded, Transition::Start) => Self::Running,
            (JobStatus::Succeeded, Transition::Stop) => Self::Stopped,
            (JobStatus::Succeeded, Transition::Delete) => Self::Deleted,
            (JobStatus::Canceling, _) => Self::Canceling,
            (JobStatus::Canceled, _) => Self::Canceled,
            (JobStatus::Failed, _) => Self::Failed,
        }
    }
}

string_enum! {
    /// Status of an agent's connection.
    AgentStatus {
        /// Has not connected yet.
        Connecting = "connecting",
        /// Has a live connection.
        Connected = "connected",
        /// Has lost its connection.
        Disconnected = "disconnected",
        /// Has not connected within the template's `connection_timeout`.
        Timeout = "timeout",
    }
}

string_enum! {
    /// State of an agent's startup or shutdown.
    Lifecycle {
        /// Has not connected in this build.
        Created = "created",
        /// Startup scripts run.
        Starting = "starting",
        /// A startup script timed out.
        StartTimeout = "start_timeout",
        /// A startup script failed.
        StartError = "start_error",
        /// Startup scripts have succeeded.
        Ready = "ready",
        /// Shutdown scripts run.
        ShuttingDown = "shutting_down",
        /// A shutdown script timed out.
        ShutdownTimeout = "shutdown_timeout",
        /// A shutdown script failed.
        ShutdownError = "shutdown_error",
        /// Shutdown scripts have succeeded.
        Off = "off",
    }
}

impl Lifecycle {
    /// Whether startup has ended, successfully or not: sessions that wait for it can start.
    #[must_use]
    pub const fn startup_finished(self) -> bool {
        !matches!(self, Self::Created | Self::Starting)
    }
}

string_enum! {
    /// Severity of a log line.
    LogLevel {
        /// For debugging.
        Trace = "trace",
        /// For debugging.
        Debug = "debug",
        /// Ordinary output.
        Info = "info",
        /// Something that may need attention.
        Warn = "warn",
        /// Something failed.
        Error = "error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn string_values_round_trip() {
        for transition in [Transition::Start, Transition::Stop, Transition::Delete] {
            assert_eq!(Transition::parse(transition.as_str()), Some(transition));
            for job in [
                JobStatus::Pending,
                JobStatus::Running,
                JobStatus::Succeeded,
                JobStatus::Canceling,
                JobStatus::Canceled,
                JobStatus::Failed,
            ] {
                assert_eq!(JobStatus::parse(job.as_str()), Some(job));
                let status = WorkspaceStatus::of(transition, job);
                assert_eq!(WorkspaceStatus::parse(status.as_str()), Some(status));
            }
        }
        for text in ["", "Start", "start ", "pause"] {
            assert_eq!(Transition::parse(text), None, "{text:?}");
        }
    }
}
