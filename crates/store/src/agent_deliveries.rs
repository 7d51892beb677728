//! What was last delivered to each agent: names and revisions of secrets, never values.

use coder_model::{AgentId, SecretId, workspace::DeliveryRecord};
use uuid::Uuid;

use crate::{Readable, Result, WriteTransaction, executor::statements};

statements! {
    DELETE = "DELETE FROM agent_deliveries WHERE agent_id = $1";
    INSERT = "INSERT INTO agent_deliveries (agent_id, secret_id, secret_name, env_name, file_path, value_revision)
              VALUES ($1, $2, $3, $4, $5, $6)";
    LIST = "SELECT secret_id, secret_name, env_name, file_path, value_revision
            FROM agent_deliveries WHERE agent_id = $1 ORDER BY secret_name";
}

#[derive(sqlx::FromRow)]
struct Row {
    secret_id: Uuid,
    secret_name: String,
    env_name: Option<String>,
    file_path: Option<String>,
    value_revision: i64,
}

/// Replaces the record of the agent's earlier delivery.
pub async fn replace(write: &mut WriteTransaction, agent: AgentId, delivered: &[DeliveryRecord]) -> Result<()> {
    DELETE.bind(agent).execute(write).await?;
    for secret in delivered {
        INSERT
            .bind(agent)
            .bind(secret.id)
            .bind(secret.name.as_str())
            .bind(secret.env_name.as_deref())
            .bind(secret.file_path.as_deref())
            .bind(secret.value_revision)
            .execute(write)
            .await?;
    }
    Ok(())
}

/// By name.
pub async fn list(reads: &mut impl Readable, agent: AgentId) -> Result<Vec<DeliveryRecord>> {
    let rows: Vec<Row> = LIST.bind(agent).all(reads).await?;
    Ok(rows
        .into_iter()
        .map(|row| DeliveryRecord {
            id: SecretId::from(row.secret_id),
            name: row.secret_name,
            env_name: row.env_name,
            file_path: row.file_path,
            value_revision: row.value_revision,
        })
        .collect())
}
