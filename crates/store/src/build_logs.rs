//! Log lines of builds.

use coder_model::{BuildId, Moment, log::BuildLogLine, workspace::LogLevel};

use crate::{Error, Readable, Result, WriteTransaction, executor::statements};

statements! {
    INSERT = "INSERT INTO build_logs (build_id, created_at, source, level, stage, output)
              VALUES ($1, $2, 'provisioner', $3, $4, $5)";
    LIST = "SELECT id, created_at, level, stage, output FROM build_logs WHERE build_id = $1 AND id > $2
            ORDER BY id LIMIT $3";
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    created_at: i64,
    level: String,
    stage: String,
    output: String,
}

pub async fn insert(write: &mut WriteTransaction, build: BuildId, line: &BuildLogLine) -> Result<()> {
    INSERT
        .bind(build)
        .bind(line.created_at)
        .bind(line.level.as_str())
        .bind(line.stage.as_str())
        .bind(line.output.as_str())
        .execute(write)
        .await
}

/// At most `limit` lines of a build after the line `after`, in order.
pub async fn list(
    reads: &mut impl Readable,
    build: BuildId,
    after: i64,
    limit: i64,
) -> Result<Vec<BuildLogLine>> {
    let rows: Vec<Row> = LIST.bind(build).bind(after).bind(limit).all(reads).await?;
    rows.into_iter()
        .map(|row| {
            Ok(BuildLogLine {
                id: row.id,
                created_at: Moment::from_micros(row.created_at),
                level: LogLevel::parse(&row.level).ok_or(Error::Unknown { column: "build_logs.level" })?,
                stage: row.stage,
                output: row.output,
            })
        })
        .collect()
}
