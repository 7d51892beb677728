//! The agent protocol, over a multiplexed connection (`coder_mux`) between agent and server.
//!
//! The agent connects with its token in a header and opens one stream, the *control stream*, on which it sends
//! [`AgentMessage`]s and receives [`ServerMessage`]s. The server opens all other streams, each with an [`OpenStream`] as
//! its first message. Messages are JSON with a length prefix (`coder_mux::frame`).
//!
//! Older agents speak to newer servers: names of variants and fields do not change, and new fields are optional.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Sensitive, Time};

/// The version of this protocol. A server rejects an agent with another version.
pub const PROTOCOL_VERSION: u32 = 1;

/// The largest message, in bytes. A manifest with 200 KiB of secret values fits, also with every byte escaped (1.2 MiB).
pub const MAX_MESSAGE_BYTES: usize = 4 * 1024 * 1024;

/// A message of the agent on the control stream.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentMessage {
    /// The first message. The response is [`ServerMessage::Welcome`] or [`ServerMessage::Refused`].
    Hello(Hello),
    /// Requests the manifest. The response is [`ServerMessage::Manifest`].
    GetManifest,
    /// Reports the directory that sessions start in, with `~` and variables resolved.
    Directory {
        /// An absolute path.
        path: String,
    },
    /// Reports a new lifecycle state.
    Lifecycle {
        /// A string value of `coder_model::workspace::Lifecycle`.
        state: String,
        /// The agent's time of the change.
        at: Time,
    },
    /// Reports the delivery of the latest manifest's secrets. Replaces the earlier report; sent also without warnings.
    Delivery {
        /// The manifest's build.
        build_id: Uuid,
        /// Secrets that failed or collided. Never contains values.
        warnings: Vec<DeliveryWarning>,
    },
    /// Reports an app's health, when it changes and after a reconnect.
    AppHealth {
        /// The manifest's build.
        build_id: Uuid,
        /// The app's slug.
        slug: String,
        /// A string value of `coder_model::template::AppHealth`.
        health: String,
    },
    /// Output of scripts and of the agent itself. The response is [`ServerMessage::LogsStored`].
    Logs {
        /// Counts batches from 1 in each run of the agent process. A batch sent again is stored once.
        batch: u64,
        /// A script's `log_source_id`, or the manifest's for lines of the agent itself.
        source_id: Uuid,
        /// In order, at most 1000.
        lines: Vec<LogLine>,
    },
}

/// The agent process, in its first message.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Hello {
    /// The agent's [`PROTOCOL_VERSION`].
    pub protocol_version: u32,
    /// Random for each start of the agent process: log batches count within a run.
    pub run_id: Uuid,
    /// The agent's version.
    pub version: String,
    /// `linux`, `macos`, `windows`.
    pub operating_system: String,
    /// `amd64`, `arm64`.
    pub architecture: String,
    /// Extensions of protocol version 1 that the agent supports.
    #[serde(default)]
    pub capabilities: Vec<String>,
}

/// A secret that was not delivered, or not everywhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryWarning {
    /// The secret's name.
    pub secret: String,
    /// What happened and how to fix it.
    pub message: String,
}

/// One line of output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// The agent's time when it read the line.
    pub at: Time,
    /// A string value of `coder_model::workspace::LogLevel`.
    pub level: String,
    /// The text, without line end.
    pub output: String,
}

/// A message of the server on the control stream.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServerMessage {
    /// The agent is accepted.
    Welcome {
        /// The server's version.
        version: String,
    },
    /// The agent is rejected. The server closes the connection after this message.
    Refused {
        /// The reason and how to fix it.
        message: String,
    },
    /// The response to [`AgentMessage::GetManifest`].
    Manifest(Box<Manifest>),
    /// Acknowledges all batches up to this one.
    LogsStored {
        /// The batch's number.
        batch: u64,
    },
}

/// Everything that an agent needs to set up its workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The same for the workspace's life.
    pub agent_id: Uuid,
    /// The name that the template gives the agent.
    pub agent_name: String,
    /// The workspace that the agent runs in.
    pub workspace_id: Uuid,
    /// The workspace's name.
    pub workspace_name: String,
    /// The owner's username.
    pub owner_name: String,
    /// The workspace's latest start build. Startup scripts run once per build.
    pub build_id: Uuid,
    /// The directory that sessions and scripts start in, not resolved; absent for the home directory.
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
    /// The source of the agent's own log lines.
    pub log_source_id: Uuid,
    /// The owner's enabled secrets that could be decrypted, by name.
    pub secrets: Vec<ManifestSecret>,
}

/// An environment variable of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvVar {
    /// `[a-zA-Z_][a-zA-Z0-9_]*`, not starting with `CODER_`.
    pub name: String,
    /// The agent expands `$VAR` and `${VAR}` in it.
    pub value: String,
}

/// A template's script.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Script {
    /// The source of its output.
    pub log_source_id: Uuid,
    /// The name for display.
    pub display_name: String,
    /// The text of the script.
    pub script: String,
    /// Whether it is a startup script.
    pub run_on_start: bool,
    /// Whether it is a shutdown script.
    pub run_on_stop: bool,
    /// Whether sessions wait until it has ended.
    pub start_blocks_login: bool,
    /// Milliseconds after which it is killed; absent for never.
    #[serde(default)]
    pub timeout_ms: Option<u64>,
}

/// A template's app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct App {
    /// Unique in the template.
    pub slug: String,
    /// The name for display.
    pub display_name: String,
    /// The command to run in a terminal session. Exactly one of this and `url` is set.
    #[serde(default)]
    pub command: Option<String>,
    /// The URL in the workspace that the server proxies.
    #[serde(default)]
    pub url: Option<String>,
    /// Only for an app with `url`.
    #[serde(default)]
    pub health_check: Option<HealthCheck>,
}

/// How the agent checks an app: it requests a URL, and a status below 500 is healthy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthCheck {
    /// The URL in the workspace.
    pub url: String,
    /// Milliseconds between two probes.
    pub interval_ms: u64,
    /// Failed probes in a row that make the app unhealthy.
    pub threshold: u32,
}

/// A secret with its value, for delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestSecret {
    /// For warnings.
    pub name: String,
    /// The environment variable to deliver it as.
    #[serde(default)]
    pub env_name: Option<String>,
    /// The file to deliver it as; the agent resolves `~/`.
    #[serde(default)]
    pub file_path: Option<String>,
    /// Delivered byte for byte.
    pub value: Sensitive,
}

/// The first message on a stream that the server opens: what the stream is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpenStream {
    /// An SSH connection, with the agent as SSH server.
    Ssh,
    /// A connection from the workspace to a host and port. The response is one [`Opened`]; then the stream carries bytes or
    /// datagrams, by [`Network`].
    Dial(Dial),
    /// A viewer of a terminal session. The response is one [`Opened`]. Then the stream carries [`TerminalInput`] messages to
    /// the agent and the terminal's raw output from it, until the session's process has ended.
    Terminal(OpenTerminal),
    /// Measures the round-trip time. The response is one [`Opened`].
    Ping,
    /// Shuts down the workspace: the agent runs the shutdown scripts, responds with one [`ShutdownDone`] and closes.
    /// Only the server opens this; it is never relayed from a client.
    Shutdown {
        /// Whether the agent process exits afterwards.
        exit: bool,
    },
}

/// A host and port to connect to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dial {
    /// The transport protocol.
    pub network: Network,
    /// A host name or IP address, resolved in the workspace.
    pub host: String,
    /// The port on that host.
    pub port: u16,
}

/// What a stream of [`OpenStream::Dial`] carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Network {
    /// The bytes of the TCP connection, both ways.
    Tcp,
    /// Datagrams both ways, each with its length as a big-endian `u16` before it (`coder_mux::datagram`).
    Udp,
}

/// The response to an [`OpenStream`] that can fail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// Why it failed; absent on success.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A terminal session to start, or to attach to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenTerminal {
    /// Chosen by the client. The same id attaches to the same session.
    pub session: Uuid,
    /// The viewer's window.
    pub size: TerminalSize,
    /// The command to run; the login shell without this and `app`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// The slug of an app with a command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
}

/// The size of a terminal's window, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TerminalSize {
    /// Width.
    pub columns: u16,
    /// Height.
    pub rows: u16,
}

/// Input from a viewer of a terminal session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TerminalInput {
    /// Input as text.
    Text(Sensitive),
    /// Input that is not UTF-8, in base64.
    Bytes(Sensitive),
    /// The viewer's window has another size.
    Resize(TerminalSize),
}

/// The response to [`OpenStream::Shutdown`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShutdownDone {
    /// The final `coder_model::workspace::Lifecycle`: `off`, `shutdown_error` or `shutdown_timeout`.
    pub state: String,
}
