//! What a workspace agent and the server say to each other, over a `coder_mux` between them.
//!
//! The agent connects with its token in a header and opens one stream, the *control stream*, on which it sends
//! [`AgentMessage`]s and receives [`ServerMessage`]s. The server opens all other streams, each begun by an
//! [`OpenStream`] that says what it carries.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Sensitive, Time};

/// The version of this protocol. A server refuses an agent whose number it does not know.
pub const PROTOCOL_VERSION: u32 = 1;

/// The largest message, in bytes: a manifest with 200 KiB of values, every byte escaped, fits several times.
pub const MAX_MESSAGE_BYTES: usize = 4 * 1024 * 1024;

/// What the agent says on the control stream.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentMessage {
    /// The first message: who is speaking. Answered by [`ServerMessage::Welcome`] or [`ServerMessage::Refused`].
    Hello(Hello),
    /// Asks for the manifest. Answered by [`ServerMessage::Manifest`].
    GetManifest,
    /// The folder that sessions start in, with `~` and variables resolved.
    Directory {
        /// An absolute path.
        path: String,
    },
    /// The agent has reached a stage of its life.
    Lifecycle {
        /// A `coder_model::workspace::Lifecycle` word.
        state: String,
        /// When it was reached.
        at: Time,
    },
    /// What became of the secrets of the latest manifest. Replaces the report before it; sent also when empty.
    Delivery {
        /// The build whose manifest this is about.
        build_id: Uuid,
        /// What failed or collided. Names only, never values.
        warnings: Vec<DeliveryWarning>,
    },
    /// Whether an app is well. Sent when it changes, and again after a reconnect.
    AppHealth {
        /// The build whose manifest this is about.
        build_id: Uuid,
        /// The app.
        slug: String,
        /// A `coder_model::template::AppHealth` word.
        health: String,
    },
    /// Output of scripts and of the agent itself. Answered by [`ServerMessage::LogsStored`].
    Logs {
        /// Counts batches from 1 within a run of the agent; a batch sent again is stored once.
        batch: u64,
        /// Where the lines come from: a script's `log_source_id`, or the manifest's own.
        source_id: Uuid,
        /// The lines, in order.
        lines: Vec<LogLine>,
    },
}

/// Who is speaking.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Hello {
    /// [`PROTOCOL_VERSION`] of the speaker.
    pub protocol_version: u32,
    /// Chosen by the agent process when it starts: log batches are counted within one run.
    pub run_id: Uuid,
    /// The agent's version.
    pub version: String,
    /// `linux`, `macos`, `windows`.
    pub operating_system: String,
    /// `amd64`, `arm64`.
    pub architecture: String,
    /// What the agent can do beyond protocol version 1.
    #[serde(default)]
    pub capabilities: Vec<String>,
}

/// A secret that was not delivered as asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryWarning {
    /// The secret's name.
    pub secret: String,
    /// What happened and what to do.
    pub message: String,
}

/// One line of output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// When it was read.
    pub at: Time,
    /// A `coder_model::workspace::LogLevel` word.
    pub level: String,
    /// The text, without its line end.
    pub output: String,
}

/// What the server says on the control stream.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServerMessage {
    /// The agent is known and expected.
    Welcome {
        /// The server's version.
        version: String,
    },
    /// The agent is not served. The server closes the link after it.
    Refused {
        /// Why, and what to do.
        message: String,
    },
    /// The answer to [`AgentMessage::GetManifest`].
    Manifest(Box<Manifest>),
    /// Everything up to this batch is stored.
    LogsStored {
        /// The batch.
        batch: u64,
    },
}

/// All that an agent needs to make its workspace what its owner expects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The agent.
    pub agent_id: Uuid,
    /// Its name within the workspace.
    pub agent_name: String,
    /// The workspace.
    pub workspace_id: Uuid,
    /// Its name.
    pub workspace_name: String,
    /// Its owner's username.
    pub owner_name: String,
    /// The start build this manifest belongs to: start scripts run once per build.
    pub build_id: Uuid,
    /// The folder that sessions and scripts start in; absent for the home directory.
    #[serde(default)]
    pub directory: Option<String>,
    /// The template's `[agent] env`, in file order, not expanded.
    pub agent_env: Vec<EnvVar>,
    /// The template's `[[env]]`, in file order, not expanded.
    pub env: Vec<EnvVar>,
    /// The template's scripts, in file order.
    pub scripts: Vec<Script>,
    /// The template's apps, in file order.
    pub apps: Vec<App>,
    /// Where the agent's own log lines go.
    pub log_source_id: Uuid,
    /// The owner's enabled secrets that opened, by name.
    pub secrets: Vec<ManifestSecret>,
}

/// A template's variable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvVar {
    /// The name.
    pub name: String,
    /// The value, `$VAR` and `${VAR}` not yet expanded.
    pub value: String,
}

/// A template's script.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Script {
    /// Where its output goes.
    pub log_source_id: Uuid,
    /// The name shown with its output.
    pub display_name: String,
    /// The text.
    pub script: String,
    /// Run when the workspace starts.
    pub run_on_start: bool,
    /// Run when the workspace stops.
    pub run_on_stop: bool,
    /// Sessions wait until it is done.
    pub start_blocks_login: bool,
    /// Milliseconds after which it is ended; absent means never.
    #[serde(default)]
    pub timeout_ms: Option<u64>,
}

/// A template's app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct App {
    /// Unique in the template.
    pub slug: String,
    /// The name shown to people.
    pub display_name: String,
    /// Runs in a terminal session; exactly one of this and `url`.
    #[serde(default)]
    pub command: Option<String>,
    /// Is proxied, seen from the workspace.
    #[serde(default)]
    pub url: Option<String>,
    /// How the agent tells whether it is well.
    #[serde(default)]
    pub health_check: Option<HealthCheck>,
}

/// How the agent tells whether an app is well: it asks for a URL, and any answer below 500 is a good one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthCheck {
    /// What is asked for, seen from the workspace.
    pub url: String,
    /// Milliseconds between two looks.
    pub interval_ms: u64,
    /// How many bad answers in a row make an app unhealthy.
    pub threshold: u32,
}

/// A secret with its value, for the workspace it is delivered to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestSecret {
    /// The secret's name, for messages.
    pub name: String,
    /// The environment variable to deliver it as.
    #[serde(default)]
    pub env_name: Option<String>,
    /// The file to deliver it as, `~/` not yet resolved.
    #[serde(default)]
    pub file_path: Option<String>,
    /// The value, verbatim.
    pub value: Sensitive,
}

/// The first message on a stream towards the agent: what the stream carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpenStream {
    /// The SSH protocol, the agent being the server.
    Ssh,
    /// A connection from the workspace to what listens there or is reached from there. Answered by one [`Opened`]; then
    /// the stream carries what [`Network`] says.
    Dial(Dial),
    /// A terminal session. Answered by one [`Opened`]. Towards the agent the stream then carries [`TerminalInput`]
    /// messages, from it the terminal's output as it is, until the session's process has ended.
    Terminal(OpenTerminal),
    /// Nothing but the answer, one [`Opened`], by which the way there and back is timed.
    Ping,
    /// The end of the workspace: run the stop scripts, answer with one [`ShutdownDone`], then close.
    /// Only the server opens this; it is never relayed from a person's program.
    Shutdown {
        /// Whether the agent process is to end afterwards.
        exit: bool,
    },
}

/// Where to connect to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dial {
    /// How.
    pub network: Network,
    /// A name or an address, seen from the workspace.
    pub host: String,
    /// A port.
    pub port: u16,
}

/// What a dialled stream carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Network {
    /// The connection's bytes, both ways.
    Tcp,
    /// Datagrams both ways, each as its length in two bytes, the most significant first, then its bytes.
    Udp,
}

/// The answer on a stream that may not come about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// Why not; absent when all is well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A terminal session to begin, or to come back to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenTerminal {
    /// Chosen by whoever begins it; the same again comes back to the same session.
    pub session: Uuid,
    /// What it is to be.
    pub size: TerminalSize,
    /// What runs: the login shell when neither this nor an app is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// The slug of an app with a command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
}

/// Columns and rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TerminalSize {
    /// Characters in a line.
    pub columns: u16,
    /// Lines.
    pub rows: u16,
}

/// What a viewer of a terminal session does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TerminalInput {
    /// Types text.
    Text(Sensitive),
    /// Types bytes that are not text, in base64.
    Bytes(Sensitive),
    /// Has a window of another size now.
    Resize(TerminalSize),
}

/// The answer on a stream opened by [`OpenStream::Shutdown`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShutdownDone {
    /// The `coder_model::workspace::Lifecycle` word reached: `off`, `shutdown_error` or `shutdown_timeout`.
    pub state: String,
}
