//! Output of startup and shutdown scripts, and of the agents themselves.

use coder_model::{
    AgentId, BuildId, Moment,
    log::{AgentLogLine, LogSource},
    workspace::LogLevel,
};
use uuid::Uuid;

use crate::{Error, Readable, Result, WriteTransaction, executor::statements};

statements! {
    INSERT_SOURCE = "INSERT INTO agent_log_sources (id, agent_id, build_id, position, display_name)
                     VALUES ($1, $2, $3, $4, $5)";
    SOURCES = "SELECT id, position, display_name FROM agent_log_sources WHERE build_id = $1 ORDER BY position";
    // Also locks the agent's row, which serializes two connections of one agent.
    REGISTER_BATCH = "UPDATE agents SET log_run_id = $2, log_batch = $3
                  WHERE id = $1 AND (log_run_id IS NULL OR log_run_id <> $2 OR log_batch < $3)";
    LENGTH = "SELECT logs_length, logs_overflowed FROM agents WHERE id = $1";
    SET_LENGTH = "UPDATE agents SET logs_length = $2, logs_overflowed = $3 WHERE id = $1";
    INSERT = "INSERT INTO agent_logs (agent_id, build_id, source_id, created_at, level, output)
              VALUES ($1, $2, $3, $4, $5, $6)";
    LIST = "SELECT id, source_id, created_at, level, output FROM agent_logs
            WHERE agent_id = $1 AND build_id = $2 AND id > $3 ORDER BY id LIMIT $4";
}

#[derive(sqlx::FromRow)]
struct SourceRow {
    id: Uuid,
    position: i64,
    display_name: String,
}

pub async fn insert_source(
    write: &mut WriteTransaction,
    agent: AgentId,
    build: BuildId,
    source: &LogSource,
) -> Result<()> {
    INSERT_SOURCE
        .bind(source.id)
        .bind(agent)
        .bind(build)
        .bind(source.position)
        .bind(source.display_name.as_str())
        .execute(write)
        .await
}

/// By position: the agent itself first.
pub async fn sources(reads: &mut impl Readable, build: BuildId) -> Result<Vec<LogSource>> {
    let rows: Vec<SourceRow> = SOURCES.bind(build).all(reads).await?;
    Ok(rows
        .into_iter()
        .map(|row| LogSource { id: row.id.into(), position: row.position, display_name: row.display_name })
        .collect())
}

/// Returns whether this batch is new, once: an agent that missed the acknowledgement sends it again.
/// Batches are numbered from 1 in each run of the agent process.
pub async fn register_batch(
    write: &mut WriteTransaction,
    agent: AgentId,
    run: Uuid,
    batch: i64,
) -> Result<bool> {
    REGISTER_BATCH.bind(agent).bind(run).bind(batch).changes_row(write).await
}

#[derive(sqlx::FromRow)]
struct LengthRow {
    logs_length: i64,
    logs_overflowed: bool,
}

/// Bytes stored for the agent's current build, and whether lines were dropped over the limit.
pub async fn length(reads: &mut impl Readable, agent: AgentId) -> Result<(i64, bool)> {
    let row: LengthRow = LENGTH.bind(agent).one(reads).await?;
    Ok((row.logs_length, row.logs_overflowed))
}

pub async fn set_length(
    write: &mut WriteTransaction,
    agent: AgentId,
    length: i64,
    overflowed: bool,
) -> Result<()> {
    SET_LENGTH.bind(agent).bind(length).bind(overflowed).execute(write).await
}

pub async fn insert(
    write: &mut WriteTransaction,
    agent: AgentId,
    build: BuildId,
    lines: &[AgentLogLine],
) -> Result<()> {
    for line in lines {
        INSERT
            .bind(agent)
            .bind(build)
            .bind(line.source)
            .bind(line.created_at)
            .bind(line.level.as_str())
            .bind(line.output.as_str())
            .execute(write)
            .await?;
    }
    Ok(())
}

#[derive(sqlx::FromRow)]
struct LineRow {
    id: i64,
    source_id: Uuid,
    created_at: i64,
    level: String,
    output: String,
}

/// At most `limit` lines of a build after the line `after`, in order.
pub async fn list(
    reads: &mut impl Readable,
    agent: AgentId,
    build: BuildId,
    after: i64,
    limit: i64,
) -> Result<Vec<AgentLogLine>> {
    let rows: Vec<LineRow> = LIST.bind(agent).bind(build).bind(after).bind(limit).all(reads).await?;
    rows.into_iter()
        .map(|row| {
            Ok(AgentLogLine {
                id: row.id,
                source: row.source_id.into(),
                created_at: Moment::from_micros(row.created_at),
                level: LogLevel::parse(&row.level).ok_or(Error::Unknown { column: "agent_logs.level" })?,
                output: row.output,
            })
        })
        .collect()
}
