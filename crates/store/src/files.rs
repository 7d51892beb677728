//! Uploaded files: archives of templates.

use coder_model::{FileId, Moment, UserId};
use uuid::Uuid;

use crate::{Readable, Result, WriteTransaction, executor::statements};

statements! {
    INSERT = "INSERT INTO files (id, hash, data, created_by, created_at) VALUES ($1, $2, $3, $4, $5)
              ON CONFLICT DO NOTHING";
    FIND_BY_HASH = "SELECT id FROM files WHERE created_by = $1 AND hash = $2";
    DATA = "SELECT data FROM files WHERE id = $1";
}

#[derive(sqlx::FromRow)]
struct IdRow {
    id: Uuid,
}

/// Returns `id`, or the id of the same user's earlier file with the same hash.
pub async fn insert(
    write: &mut WriteTransaction,
    id: FileId,
    hash: &[u8],
    data: &[u8],
    by: UserId,
    now: Moment,
) -> Result<FileId> {
    INSERT.bind(id).bind(hash).bind(data).bind(by).bind(now).execute(write).await?;
    let row: IdRow = FIND_BY_HASH.bind(by).bind(hash).one(write).await?;
    Ok(row.id.into())
}

#[derive(sqlx::FromRow)]
struct DataRow {
    data: Vec<u8>,
}

pub async fn data(reads: &mut impl Readable, id: FileId) -> Result<Option<Vec<u8>>> {
    let row: Option<DataRow> = DATA.bind(id).optional(reads).await?;
    Ok(row.map(|row| row.data))
}
