//! The deployment itself: one row, made when the database is first used.

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

/// The deployment, if it was made.
///
/// # Errors
/// When the database fails.
pub async fn find(reads: &mut impl Readable) -> Result<Option<Deployment>> {
    let row: Option<Row> = FIND.query().optional(reads).await?;
    Ok(row.map(|row| Deployment {
        id: row.id,
        organization: row.organization_id.into(),
        created_at: Moment::from_micros(row.created_at),
    }))
}

/// Makes the deployment, unless there is one already: of several servers that start at once, one wins.
///
/// # Errors
/// When the database fails.
pub async fn insert(write: &mut WriteTransaction, deployment: Deployment) -> Result<()> {
    INSERT.bind(deployment.id).bind(deployment.organization).bind(deployment.created_at).execute(write).await
}

/// Holds the deployment's row until the transaction ends: what only one may do at a time begins with it.
///
/// # Errors
/// When the database fails.
pub async fn lock(write: &mut WriteTransaction) -> Result<()> {
    LOCK.query().execute(write).await
}

/// Counts what there is.
///
/// # Errors
/// When the database fails.
pub async fn counts(reads: &mut impl Readable) -> Result<Counts> {
    let CountsRow { users, templates, workspaces } = COUNTS.query().one(reads).await?;
    Ok(Counts { users, templates, workspaces })
}
