//! Warnings about the latest delivery of secrets, for the workspace's owner.

use coder_model::{AgentId, workspace::Warning};

use crate::{Readable, Result, WriteTransaction, executor::statements};

statements! {
    DELETE = "DELETE FROM agent_warnings WHERE agent_id = $1 AND reporter = $2";
    DELETE_ALL = "DELETE FROM agent_warnings WHERE agent_id = $1";
    INSERT = "INSERT INTO agent_warnings (agent_id, reporter, position, secret_name, message)
              VALUES ($1, $2, $3, $4, $5)";
    LIST = "SELECT secret_name, message FROM agent_warnings WHERE agent_id = $1 ORDER BY reporter DESC, position";
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reporter {
    /// The server, while assembling the manifest.
    Server,
    /// The agent, while delivering it.
    Agent,
}

impl Reporter {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Agent => "agent",
        }
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    secret_name: String,
    message: String,
}

/// Replaces the reporter's earlier warnings.
pub async fn replace(
    write: &mut WriteTransaction,
    agent: AgentId,
    reporter: Reporter,
    warnings: &[Warning],
) -> Result<()> {
    DELETE.bind(agent).bind(reporter.as_str()).execute(write).await?;
    for (position, warning) in (0_i64..).zip(warnings) {
        INSERT
            .bind(agent)
            .bind(reporter.as_str())
            .bind(position)
            .bind(warning.secret.as_str())
            .bind(warning.message.as_str())
            .execute(write)
            .await?;
    }
    Ok(())
}

pub async fn clear(write: &mut WriteTransaction, agent: AgentId) -> Result<()> {
    DELETE_ALL.bind(agent).execute(write).await
}

/// The server's first.
pub async fn list(reads: &mut impl Readable, agent: AgentId) -> Result<Vec<Warning>> {
    let rows: Vec<Row> = LIST.bind(agent).all(reads).await?;
    Ok(rows.into_iter().map(|row| Warning { secret: row.secret_name, message: row.message }).collect())
}
