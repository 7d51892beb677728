//! What a user's key has lent to a narrower use. Only the hash of a token is here.

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

/// A grant as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The key that it was made with.
    pub key: KeyId,
    /// The hash of its secret.
    pub hash: HashedSecret,
    /// What it is good for.
    pub scope: String,
    /// When it ends, if its key has not ended before.
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

/// Stores a grant, and forgets those that have expired.
///
/// # Errors
/// When the database fails.
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

/// A grant.
///
/// # Errors
/// When the database fails.
pub async fn find(reads: &mut impl Readable, id: &KeyId) -> Result<Option<Grant>> {
    FIND.bind(id.as_str()).find::<Row, _>(reads).await
}

/// Takes a grant away; says whether it was there. Of several at once, one hears yes.
///
/// # Errors
/// When the database fails.
pub async fn delete(write: &mut WriteTransaction, id: &KeyId) -> Result<bool> {
    DELETE.bind(id.as_str()).changes_row(write).await
}
