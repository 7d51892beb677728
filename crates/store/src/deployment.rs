//! The deployment: one row, inserted when a server first uses the database.

use coder_model::{
    Moment,
    deployment::{Counts, Deployment},
};
use uuid::Uuid;

use crate::{Readable, Result, WriteTransaction, executor::statements};

statements! {
    FIND = "SELECT id, organization_id, created_at FROM deployment";
    INSERT = "INSERT INTO deployment (singleton, id, organization_id, created_at) VALUES (1, $1, $2, $3)
              ON CONFLICT DO NOTHING";
    LOCK = "UPDATE deployment SET created_at = created_at";
    COUNTS = "SELECT (SELECT COUNT(*) FROM users WHERE deleted_at IS NULL) AS users,
                  (SELECT COUNT(*) FROM templates WHERE deleted_at IS NULL) AS templates,
                  (SELECT COUNT(*) FROM workspaces WHERE deleted_at IS NULL) AS workspaces";
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    organization_id: Uuid,
    created_at: i64,
}

#[derive(sqlx::FromRow)]
struct CountsRow {
    users: i64,
    templates: i64,
    workspaces: i64,
}

pub async fn find(reads: &mut impl Readable) -> Result<Option<Deployment>> {
    let row: Option<Row> = FIND.query().optional(reads).await?;
    Ok(row.map(|row| Deployment {
        id: row.id,
        organization: row.organization_id.into(),
        created_at: Moment::from_micros(row.created_at),
    }))
}

/// Does nothing if there is one: several servers may start at once, and the first one's row counts.
pub async fn insert(write: &mut WriteTransaction, deployment: Deployment) -> Result<()> {
    INSERT.bind(deployment.id).bind(deployment.organization).bind(deployment.created_at).execute(write).await
}

/// Locks the deployment's row until the transaction ends. Creating the first user begins with it.
pub async fn lock(write: &mut WriteTransaction) -> Result<()> {
    LOCK.query().execute(write).await
}

pub async fn counts(reads: &mut impl Readable) -> Result<Counts> {
    let CountsRow { users, templates, workspaces } = COUNTS.query().one(reads).await?;
    Ok(Counts { users, templates, workspaces })
}
