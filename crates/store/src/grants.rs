//! Grants: single-purpose tokens derived from a session or token. Stored only as a hash; deleted with their key.

use coder_model::{
    Moment,
    token::{HashedSecret, KeyId},
};

use crate::{Error, Readable, Result, WriteTransaction, executor::statements};

statements! {
    INSERT = "INSERT INTO grants (id, key_id, hashed_secret, scope, expires_at) VALUES ($1, $2, $3, $4, $5)";
    FIND = "SELECT key_id, hashed_secret, scope, expires_at FROM grants WHERE id = $1";
    DELETE = "DELETE FROM grants WHERE id = $1";
    DELETE_EXPIRED = "DELETE FROM grants WHERE expires_at <= $1";
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The key that it was derived from.
    pub key: KeyId,
    pub hash: HashedSecret,
    /// What it authorizes, as the text of `coder_control`'s scope.
    pub scope: String,
    /// The grant ends earlier if its key does.
    pub expires_at: Moment,
}

#[derive(sqlx::FromRow)]
struct Row {
    key_id: String,
    hashed_secret: Vec<u8>,
    scope: String,
    expires_at: i64,
}

impl TryFrom<Row> for Grant {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let hash = row.hashed_secret.as_slice().try_into();
        Ok(Self {
            key: KeyId::parse(&row.key_id).ok_or(Error::Unknown { column: "grants.key_id" })?,
            hash: hash.map(HashedSecret).map_err(|_| Error::Unknown { column: "grants.hashed_secret" })?,
            scope: row.scope,
            expires_at: Moment::from_micros(row.expires_at),
        })
    }
}

/// Also deletes all expired grants.
pub async fn insert(write: &mut WriteTransaction, id: &KeyId, grant: &Grant, now: Moment) -> Result<()> {
    DELETE_EXPIRED.bind(now).execute(write).await?;
    INSERT
        .bind(id.as_str())
        .bind(grant.key.as_str())
        .bind(grant.hash.0.as_slice())
        .bind(grant.scope.as_str())
        .bind(grant.expires_at)
        .execute(write)
        .await
}

pub async fn find(reads: &mut impl Readable, id: &KeyId) -> Result<Option<Grant>> {
    FIND.bind(id.as_str()).find::<Row, _>(reads).await
}

/// Returns whether the grant existed: of several concurrent calls, only one gets `true`.
pub async fn delete(write: &mut WriteTransaction, id: &KeyId) -> Result<bool> {
    DELETE.bind(id.as_str()).changes_row(write).await
}
