//! Health of apps, as their agents report it.

use coder_model::{AgentId, template::AppHealth};

use crate::{Error, Readable, Result, WriteTransaction, executor::statements};

statements! {
    SET = "INSERT INTO agent_app_health (agent_id, slug, health) VALUES ($1, $2, $3)
           ON CONFLICT (agent_id, slug) DO UPDATE SET health = excluded.health";
    DELETE_ALL = "DELETE FROM agent_app_health WHERE agent_id = $1";
    LIST = "SELECT slug, health FROM agent_app_health WHERE agent_id = $1 ORDER BY slug";
}

#[derive(sqlx::FromRow)]
struct Row {
    slug: String,
    health: String,
}

pub async fn set(write: &mut WriteTransaction, agent: AgentId, slug: &str, health: AppHealth) -> Result<()> {
    SET.bind(agent).bind(slug).bind(health.as_str()).execute(write).await
}

pub async fn clear(write: &mut WriteTransaction, agent: AgentId) -> Result<()> {
    DELETE_ALL.bind(agent).execute(write).await
}

/// By slug.
pub async fn list(reads: &mut impl Readable, agent: AgentId) -> Result<Vec<(String, AppHealth)>> {
    let rows: Vec<Row> = LIST.bind(agent).all(reads).await?;
    let unknown = Error::Unknown { column: "agent_app_health.health" };
    let health = |row: Row| AppHealth::parse(&row.health).map(|health| (row.slug, health));
    rows.into_iter().map(health).collect::<Option<_>>().ok_or(unknown)
}
