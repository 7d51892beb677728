//! The states that workspaces, builds and agents can be in, with the words that JSON and the database have for them.

use std::fmt;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant),* }

        impl $name {
            /// The word used in JSON and in the database.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// The value with that word.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(self.as_str()) }
        }
    };
}

words! {
    /// Where a build takes a workspace.
    Transition {
        /// To running.
        Start = "start",
        /// To stopped.
        Stop = "stop",
        /// Away, for good.
        Delete = "delete",
    }
}

words! {
    /// Why a build was asked for.
    BuildReason {
        /// Somebody did.
        Initiator = "initiator",
        /// It was due by the workspace's schedule.
        Autostart = "autostart",
        /// The workspace had run for as long as it should.
        Autostop = "autostop",
        /// The workspace was put aside.
        Dormancy = "dormancy",
    }
}

words! {
    /// How far the work of a build has come.
    JobStatus {
        /// Waits for its turn.
        Pending = "pending",
        /// Is being done.
        Running = "running",
        /// Is done.
        Succeeded = "succeeded",
        /// Is being called off.
        Canceling = "canceling",
        /// Was called off.
        Canceled = "canceled",
        /// Ended with an error.
        Failed = "failed",
    }
}

words! {
    /// What a workspace looks like from outside: its latest build's transition and job in one word.
    WorkspaceStatus {
        /// A start waits for its turn.
        Pending = "pending",
        /// A start is being done.
        Starting = "starting",
        /// Started.
        Running = "running",
        /// A stop waits or is being done.
        Stopping = "stopping",
        /// Stopped.
        Stopped = "stopped",
        /// The latest build failed.
        Failed = "failed",
        /// The latest build is being called off.
        Canceling = "canceling",
        /// The latest build was called off.
        Canceled = "canceled",
        /// A delete waits or is being done.
        Deleting = "deleting",
        /// Deleted.
        Deleted = "deleted",
    }
}

impl WorkspaceStatus {
    /// The status that a build with this transition and job gives its workspace.
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

words! {
    /// Whether an agent is there.
    AgentStatus {
        /// Has not connected yet.
        Connecting = "connecting",
        /// Is connected.
        Connected = "connected",
        /// Was connected and is not any more.
        Disconnected = "disconnected",
        /// Has not connected in the time its template gives it.
        Timeout = "timeout",
    }
}

words! {
    /// How far an agent has come with its start-up, or with its end.
    Lifecycle {
        /// Known to the server, not heard of yet.
        Created = "created",
        /// Start scripts run.
        Starting = "starting",
        /// A start script takes longer than its timeout.
        StartTimeout = "start_timeout",
        /// A start script failed.
        StartError = "start_error",
        /// Start scripts are done.
        Ready = "ready",
        /// Stop scripts run.
        ShuttingDown = "shutting_down",
        /// A stop script takes longer than its timeout.
        ShutdownTimeout = "shutdown_timeout",
        /// A stop script failed.
        ShutdownError = "shutdown_error",
        /// Stop scripts are done.
        Off = "off",
    }
}

impl Lifecycle {
    /// Whether start-up is over, well or badly: a session need not wait any longer.
    #[must_use]
    pub const fn startup_finished(self) -> bool {
        !matches!(self, Self::Created | Self::Starting)
    }
}

words! {
    /// How grave a log line is.
    LogLevel {
        /// For finding faults.
        Trace = "trace",
        /// For finding faults.
        Debug = "debug",
        /// Ordinary output.
        Info = "info",
        /// Something to look at.
        Warn = "warn",
        /// Something failed.
        Error = "error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_round_trip() {
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
        for word in ["", "Start", "start ", "pause"] {
            assert_eq!(Transition::parse(word), None, "{word:?}");
        }
    }
}
