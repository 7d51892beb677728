//! A workspace, its transitions, and the life of its agent.

use std::{fmt, time::Duration};

use crate::{
    AgentId, BuildId, Moment, TemplateId, TemplateVersionId, UserId, WorkspaceId, schedule::Schedule,
    user::is_slug,
};

/// The longest name, in bytes (as in the reference; a DNS label allows 63).
const MAX_NAME_BYTES: usize = 32;

/// A workspace's or a template's name: letters, digits and single inner hyphens; compared without case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ResourceName(String);

impl ResourceName {
    /// Parses a name as it came in.
    ///
    /// # Errors
    /// The broken rule, in the words shown to people.
    pub fn parse(raw: &str) -> Result<Self, String> {
        if raw.is_empty() {
            Err("Name is required.".to_owned())
        } else if raw.len() > MAX_NAME_BYTES {
            Err(format!("Name must be at most {MAX_NAME_BYTES} characters."))
        } else if !is_slug(raw) {
            Err("Name must consist of letters and digits, with single hyphens between them.".to_owned())
        } else {
            Ok(Self(raw.to_owned()))
        }
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ResourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

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
    pub const fn startup_is_over(self) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_round_trip() {
        for word in ["starting", "running", "deleted", "canceling"] {
            assert_eq!(WorkspaceStatus::parse(word).map(WorkspaceStatus::as_str), Some(word));
        }
        assert_eq!(Transition::parse("Start"), None);
    }

    #[test]
    fn a_name_is_a_slug() {
        assert!(ResourceName::parse("dev-1").is_ok());
        for bad in ["", "-", "a_b", "a.b", &"a".repeat(33)] {
            assert!(ResourceName::parse(bad).is_err(), "{bad}");
        }
    }
}
