//! Each user's data key, wrapped (encrypted) by a deployment key.

use coder_model::{
    UserId,
    ciphertext::{Sealed, WrappedKey},
};
use uuid::Uuid;

use crate::{
    Readable, Result, Statement, WriteTransaction,
    executor::{Query, statements},
};

/// Selects the columns of [`Row`].
macro_rules! select_data_key {
    ($rest:literal) => {
        concat!("SELECT user_id, key_fingerprint, nonce_tag, ciphertext FROM data_keys ", $rest)
    };
}

statements! {
    INSERT = "INSERT INTO data_keys (user_id, key_fingerprint, nonce_tag, ciphertext) VALUES ($1, $2, $3, $4)";
    FIND = select_data_key!("WHERE user_id = $1");
    FINGERPRINTS = "SELECT key_fingerprint, COUNT(*) AS count FROM data_keys GROUP BY key_fingerprint
                    ORDER BY key_fingerprint";
    LIST_NOT_WRAPPED_BY = select_data_key!("WHERE key_fingerprint <> $1 ORDER BY user_id LIMIT $2");
    REPLACE = "UPDATE data_keys SET key_fingerprint = $2, nonce_tag = $3, ciphertext = $4 WHERE user_id = $1";
    DELETE = "DELETE FROM data_keys WHERE user_id = $1";
}

#[derive(sqlx::FromRow)]
struct Row {
    user_id: Uuid,
    key_fingerprint: String,
    nonce_tag: Vec<u8>,
    ciphertext: Vec<u8>,
}

impl Row {
    fn into_parts(self) -> (UserId, WrappedKey) {
        let sealed = Sealed { ciphertext: self.ciphertext, nonce_tag: self.nonce_tag };
        (self.user_id.into(), WrappedKey { key_fingerprint: self.key_fingerprint, sealed })
    }
}

/// Binds the four columns in the order of `INSERT` and `REPLACE`.
fn bind_key(statement: Statement, user: UserId, key: &WrappedKey) -> Query {
    statement
        .bind(user)
        .bind(key.key_fingerprint.as_str())
        .bind(key.sealed.nonce_tag.as_slice())
        .bind(key.sealed.ciphertext.as_slice())
}

/// # Errors
/// [`crate::Error::Conflict`] when the user has a data key.
pub async fn insert(write: &mut WriteTransaction, user: UserId, key: &WrappedKey) -> Result<()> {
    bind_key(INSERT, user, key).execute(write).await
}

pub async fn find(reads: &mut impl Readable, user: UserId) -> Result<Option<WrappedKey>> {
    Ok(FIND.bind(user).optional::<Row>(reads).await?.map(|row| row.into_parts().1))
}

#[derive(sqlx::FromRow)]
struct FingerprintRow {
    key_fingerprint: String,
    count: i64,
}

/// Fingerprints of the deployment keys in use, each with the count of data keys that it wraps.
pub async fn fingerprints(reads: &mut impl Readable) -> Result<Vec<(String, i64)>> {
    let rows: Vec<FingerprintRow> = FINGERPRINTS.query().all(reads).await?;
    Ok(rows.into_iter().map(|row| (row.key_fingerprint, row.count)).collect())
}

/// At most `limit` data keys that are wrapped by another deployment key.
pub async fn list_not_wrapped_by(
    reads: &mut impl Readable,
    fingerprint: &str,
    limit: i64,
) -> Result<Vec<(UserId, WrappedKey)>> {
    let rows: Vec<Row> = LIST_NOT_WRAPPED_BY.bind(fingerprint).bind(limit).all(reads).await?;
    Ok(rows.into_iter().map(Row::into_parts).collect())
}

/// Stores the same data key, wrapped by another deployment key.
pub async fn replace(write: &mut WriteTransaction, user: UserId, key: &WrappedKey) -> Result<()> {
    bind_key(REPLACE, user, key).execute(write).await
}

/// Deletes a user's data key, after which nothing sealed with it can be decrypted.
pub async fn delete(write: &mut WriteTransaction, user: UserId) -> Result<()> {
    DELETE.bind(user).execute(write).await
}
