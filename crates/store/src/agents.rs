//! Workspace agents: one per workspace, for the workspace's life.

use coder_model::{
    AgentId, BuildId, Moment, WorkspaceId,
    ciphertext::Sealed,
    token::HashedSecret,
    workspace::{Agent, Lifecycle},
};
use uuid::Uuid;

use crate::{Error, Readable, Result, WriteTransaction, executor::statements};

/// Selects the columns of [`Row`].
macro_rules! select_agent {
    ($rest:literal) => {
        concat!(
            "SELECT id, workspace_id, build_id, name, lifecycle, operating_system, architecture, version,
                 expanded_directory, created_at, first_connected_at, last_connected_at, disconnected_at, started_at,
                 ready_at
             FROM agents ",
            $rest
        )
    };
}

statements! {
    INSERT = "INSERT INTO agents (id, workspace_id, build_id, name, lifecycle, token_hash, token_ciphertext,
                  token_nonce_tag, created_at, updated_at)
              VALUES ($1, $2, $3, $4, 'created', $5, $6, $7, $8, $8)";
    RESET_FOR_BUILD = "UPDATE agents SET build_id = $2, name = $3, lifecycle = 'created', first_connected_at = NULL,
                       disconnected_at = NULL, started_at = NULL, ready_at = NULL, log_run_id = NULL, log_batch = 0,
                       logs_length = 0, logs_overflowed = $4, updated_at = $5
                   WHERE id = $1";
    FIND = select_agent!("WHERE id = $1");
    FIND_BY_WORKSPACE = select_agent!("WHERE workspace_id = $1");
    FIND_BY_TOKEN = select_agent!("WHERE token_hash = $1");
    TOKEN = "SELECT token_ciphertext, token_nonce_tag FROM agents WHERE id = $1";
    RECORD_CONNECT = "UPDATE agents SET connection_id = $2, operating_system = $3, architecture = $4, version = $5,
                   first_connected_at = COALESCE(first_connected_at, $6), last_connected_at = $6,
                   disconnected_at = NULL, updated_at = $6
               WHERE id = $1";
    RECORD_HEARTBEAT = "UPDATE agents SET last_connected_at = $2 WHERE connection_id = $1";
    RECORD_DISCONNECT = "UPDATE agents SET connection_id = NULL, disconnected_at = $2, updated_at = $2
                  WHERE connection_id = $1";
    RECORD_DISCONNECT_ALL = "UPDATE agents SET connection_id = NULL, disconnected_at = $1, updated_at = $1
                      WHERE connection_id IS NOT NULL";
    DELETE = "DELETE FROM agents WHERE workspace_id = $1";
    SET_DIRECTORY = "UPDATE agents SET expanded_directory = $2 WHERE id = $1";
    SET_LIFECYCLE = "UPDATE agents SET lifecycle = $2, started_at = COALESCE($3, started_at),
                         ready_at = COALESCE($4, ready_at), updated_at = $5
                     WHERE id = $1";
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    workspace_id: Uuid,
    build_id: Uuid,
    name: String,
    lifecycle: String,
    operating_system: String,
    architecture: String,
    version: String,
    expanded_directory: String,
    created_at: i64,
    first_connected_at: Option<i64>,
    last_connected_at: Option<i64>,
    disconnected_at: Option<i64>,
    started_at: Option<i64>,
    ready_at: Option<i64>,
}

impl TryFrom<Row> for Agent {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: row.id.into(),
            workspace: row.workspace_id.into(),
            build: row.build_id.into(),
            name: row.name,
            lifecycle: Lifecycle::parse(&row.lifecycle).ok_or(Error::Unknown { column: "agents.lifecycle" })?,
            operating_system: row.operating_system,
            architecture: row.architecture,
            version: row.version,
            expanded_directory: row.expanded_directory,
            created_at: Moment::from_micros(row.created_at),
            first_connected_at: row.first_connected_at.map(Moment::from_micros),
            last_connected_at: row.last_connected_at.map(Moment::from_micros),
            disconnected_at: row.disconnected_at.map(Moment::from_micros),
            started_at: row.started_at.map(Moment::from_micros),
            ready_at: row.ready_at.map(Moment::from_micros),
        })
    }
}

pub struct NewAgent<'a> {
    pub id: AgentId,
    pub workspace: WorkspaceId,
    /// The workspace's first start build.
    pub build: BuildId,
    pub name: &'a str,
    /// Authenticates the agent: see [`find_by_token`].
    pub token_hash: &'a HashedSecret,
    /// Sealed with the owner's data key.
    pub token: &'a Sealed,
    pub now: Moment,
}

/// # Errors
/// [`Error::Conflict`] when the workspace has an agent.
pub async fn insert(write: &mut WriteTransaction, agent: NewAgent<'_>) -> Result<()> {
    INSERT
        .bind(agent.id)
        .bind(agent.workspace)
        .bind(agent.build)
        .bind(agent.name)
        .bind(agent.token_hash.0.as_slice())
        .bind(agent.token.ciphertext.as_slice())
        .bind(agent.token.nonce_tag.as_slice())
        .bind(agent.now)
        .execute(write)
        .await
}

/// Resets the agent's state for a new start build.
pub async fn reset_for_build(
    write: &mut WriteTransaction,
    id: AgentId,
    build: BuildId,
    name: &str,
    now: Moment,
) -> Result<()> {
    RESET_FOR_BUILD.bind(id).bind(build).bind(name).bind(false).bind(now).execute(write).await
}

pub async fn find(reads: &mut impl Readable, id: AgentId) -> Result<Option<Agent>> {
    FIND.bind(id).find::<Row, _>(reads).await
}

/// `None` until the workspace's first start build.
pub async fn find_by_workspace(reads: &mut impl Readable, workspace: WorkspaceId) -> Result<Option<Agent>> {
    FIND_BY_WORKSPACE.bind(workspace).find::<Row, _>(reads).await
}

pub async fn find_by_token(reads: &mut impl Readable, hash: &HashedSecret) -> Result<Option<Agent>> {
    FIND_BY_TOKEN.bind(hash.0.as_slice()).find::<Row, _>(reads).await
}

#[derive(sqlx::FromRow)]
struct TokenRow {
    token_ciphertext: Vec<u8>,
    token_nonce_tag: Vec<u8>,
}

pub async fn token(reads: &mut impl Readable, id: AgentId) -> Result<Option<Sealed>> {
    let row: Option<TokenRow> = TOKEN.bind(id).optional(reads).await?;
    Ok(row.map(|row| Sealed { ciphertext: row.token_ciphertext, nonce_tag: row.token_nonce_tag }))
}

/// What an agent reports about itself when it connects.
#[derive(Debug, Clone, Copy)]
pub struct AgentInfo<'a> {
    pub operating_system: &'a str,
    pub architecture: &'a str,
    pub version: &'a str,
}

/// Makes this connection the agent's current one. Records about an earlier one are ignored from now on.
pub async fn record_connect(
    write: &mut WriteTransaction,
    id: AgentId,
    connection: Uuid,
    info: AgentInfo<'_>,
    now: Moment,
) -> Result<()> {
    RECORD_CONNECT
        .bind(id)
        .bind(connection)
        .bind(info.operating_system)
        .bind(info.architecture)
        .bind(info.version)
        .bind(now)
        .execute(write)
        .await
}

/// Does nothing unless `connection` is an agent's current one.
pub async fn record_heartbeat(write: &mut WriteTransaction, connection: Uuid, now: Moment) -> Result<()> {
    RECORD_HEARTBEAT.bind(connection).bind(now).execute(write).await
}

/// Does nothing unless `connection` is an agent's current one.
pub async fn record_disconnect(write: &mut WriteTransaction, connection: Uuid, now: Moment) -> Result<()> {
    RECORD_DISCONNECT.bind(connection).bind(now).execute(write).await
}

/// Records that no agent is connected. Correct only when no other server serves this database.
pub async fn record_disconnect_all(write: &mut WriteTransaction, now: Moment) -> Result<()> {
    RECORD_DISCONNECT_ALL.bind(now).execute(write).await
}

/// Records the absolute path of the directory that sessions start in.
pub async fn set_directory(write: &mut WriteTransaction, id: AgentId, directory: &str) -> Result<()> {
    SET_DIRECTORY.bind(id).bind(directory).execute(write).await
}

/// `at` is the agent's own time of the change, `now` the server's time of the report.
pub async fn set_lifecycle(
    write: &mut WriteTransaction,
    id: AgentId,
    lifecycle: Lifecycle,
    at: Moment,
    now: Moment,
) -> Result<()> {
    let started = (lifecycle == Lifecycle::Starting).then_some(at);
    let ready =
        matches!(lifecycle, Lifecycle::Ready | Lifecycle::StartError | Lifecycle::StartTimeout).then_some(at);
    SET_LIFECYCLE.bind(id).bind(lifecycle.as_str()).bind(started).bind(ready).bind(now).execute(write).await
}

/// Deletes a workspace's agent, with its token, logs and warnings.
pub async fn delete(write: &mut WriteTransaction, workspace: WorkspaceId) -> Result<()> {
    DELETE.bind(workspace).execute(write).await
}
