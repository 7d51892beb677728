//! API keys: sessions and tokens of users. A token's secret is stored only as a hash.

use std::time::Duration;

use coder_model::{
    Moment, UserId,
    token::{ApiKey, HashedSecret, KeyId, KeyKind},
    user::User,
};
use uuid::Uuid;

use crate::{
    Error, Readable, Result, WriteTransaction,
    executor::statements,
    users::{self, user_columns},
};

/// The columns of [`Row`], from `api_keys k`. The `key_` names keep them apart from those of `users u` in a join.
macro_rules! key_columns {
    () => {
        "k.id AS key_id, k.user_id, k.kind, k.name AS key_name, k.hashed_secret, k.lifetime,
             k.created_at AS key_created_at, k.updated_at AS key_updated_at, k.last_used, k.expires_at"
    };
}

/// Selects the columns of [`Row`].
macro_rules! select_key {
    ($rest:literal) => {
        concat!("SELECT ", key_columns!(), " FROM api_keys k ", $rest)
    };
}

statements! {
    INSERT = "INSERT INTO api_keys (id, user_id, kind, name, hashed_secret, lifetime, created_at, updated_at,
                  last_used, expires_at)
              VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $7, $8)";
    FIND = select_key!("WHERE k.id = $1");
    FIND_WITH_USER = concat!(
        "SELECT ", key_columns!(), ", ", user_columns!(),
        " FROM api_keys k JOIN users u ON u.id = k.user_id WHERE k.id = $1 AND u.deleted_at IS NULL"
    );
    FIND_BY_NAME = select_key!("WHERE k.user_id = $1 AND k.name = $2");
    LIST_TOKENS = select_key!(
        "WHERE k.user_id = $1 AND k.kind = 'token' AND k.expires_at > $2 ORDER BY k.created_at, k.id"
    );
    LIST_ALL_TOKENS = select_key!("WHERE k.kind = 'token' AND k.expires_at > $1 ORDER BY k.created_at, k.id");
    RECORD_USE = "UPDATE api_keys SET last_used = $2, expires_at = $3, updated_at = $2 WHERE id = $1";
    EXPIRE = "UPDATE api_keys SET expires_at = $2, updated_at = $2 WHERE id = $1";
    DELETE = "DELETE FROM api_keys WHERE id = $1";
    DELETE_OTHERS = "DELETE FROM api_keys WHERE user_id = $1 AND id <> $2";
    DELETE_EXPIRED_SESSIONS = "DELETE FROM api_keys WHERE kind <> 'token' AND expires_at < $1";
}

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(rename = "key_id")]
    id: String,
    user_id: Uuid,
    kind: String,
    #[sqlx(rename = "key_name")]
    name: Option<String>,
    hashed_secret: Vec<u8>,
    lifetime: i64,
    #[sqlx(rename = "key_created_at")]
    created_at: i64,
    #[sqlx(rename = "key_updated_at")]
    updated_at: i64,
    last_used: i64,
    expires_at: i64,
}

impl Row {
    fn hash(&self) -> Result<HashedSecret> {
        let bytes = self.hashed_secret.as_slice().try_into();
        bytes.map(HashedSecret).map_err(|_| Error::Unknown { column: "api_keys.hashed_secret" })
    }
}

impl TryFrom<Row> for ApiKey {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: KeyId::parse(&row.id).ok_or(Error::Unknown { column: "api_keys.id" })?,
            user: row.user_id.into(),
            kind: KeyKind::parse(&row.kind).ok_or(Error::Unknown { column: "api_keys.kind" })?,
            name: row.name.unwrap_or_default(),
            lifetime: Duration::from_micros(u64::try_from(row.lifetime).unwrap_or(0)),
            created_at: Moment::from_micros(row.created_at),
            updated_at: Moment::from_micros(row.updated_at),
            last_used: Moment::from_micros(row.last_used),
            expires_at: Moment::from_micros(row.expires_at),
        })
    }
}

#[derive(sqlx::FromRow)]
struct WithUserRow {
    #[sqlx(flatten)]
    key: Row,
    #[sqlx(flatten)]
    user: users::Row,
}

/// # Errors
/// [`Error::Conflict`] on `api_keys_user_id_name_key`.
pub async fn insert(write: &mut WriteTransaction, key: &ApiKey, hash: &HashedSecret) -> Result<()> {
    INSERT
        .bind(key.id.as_str())
        .bind(key.user)
        .bind(key.kind.as_str())
        .bind((!key.name.is_empty()).then(|| key.name.clone()))
        .bind(hash.0.as_slice())
        .bind(i64::try_from(key.lifetime.as_micros()).unwrap_or(i64::MAX))
        .bind(key.created_at)
        .bind(key.expires_at)
        .execute(write)
        .await
}

/// Everything that authentication needs, in one query. `None` also when the user was deleted.
pub async fn find_with_user(
    reads: &mut impl Readable,
    id: &KeyId,
) -> Result<Option<(ApiKey, HashedSecret, User)>> {
    let Some(row) = FIND_WITH_USER.bind(id.as_str()).optional::<WithUserRow>(reads).await? else {
        return Ok(None);
    };
    let hash = row.key.hash()?;
    Ok(Some((row.key.try_into()?, hash, row.user.try_into()?)))
}

pub async fn find(reads: &mut impl Readable, id: &KeyId) -> Result<Option<ApiKey>> {
    FIND.bind(id.as_str()).find::<Row, _>(reads).await
}

pub async fn find_by_name(reads: &mut impl Readable, user: UserId, name: &str) -> Result<Option<ApiKey>> {
    FIND_BY_NAME.bind(user).bind(name).find::<Row, _>(reads).await
}

/// Tokens of one user or, with `None`, of all users, that expire later than `after`; oldest first.
pub async fn list_tokens(
    reads: &mut impl Readable,
    user: Option<UserId>,
    after: Moment,
) -> Result<Vec<ApiKey>> {
    let query = match user {
        Some(user) => LIST_TOKENS.bind(user).bind(after),
        None => LIST_ALL_TOKENS.bind(after),
    };
    query.list::<Row, _>(reads).await
}

pub async fn record_use(
    write: &mut WriteTransaction,
    id: &KeyId,
    now: Moment,
    expires_at: Moment,
) -> Result<()> {
    RECORD_USE.bind(id.as_str()).bind(now).bind(expires_at).execute(write).await
}

/// Expires a key now. Its row stays, so that it is listed as expired.
pub async fn expire(write: &mut WriteTransaction, id: &KeyId, now: Moment) -> Result<()> {
    EXPIRE.bind(id.as_str()).bind(now).execute(write).await
}

/// Returns whether the key existed.
pub async fn delete(write: &mut WriteTransaction, id: &KeyId) -> Result<bool> {
    DELETE.bind(id.as_str()).changes_row(write).await
}

/// Deletes a user's keys except `keep`.
pub async fn delete_all(write: &mut WriteTransaction, user: UserId, keep: Option<&KeyId>) -> Result<()> {
    DELETE_OTHERS.bind(user).bind(keep.map_or("", KeyId::as_str)).execute(write).await
}

/// Returns how many were deleted.
pub async fn delete_expired_sessions(write: &mut WriteTransaction, before: Moment) -> Result<u64> {
    DELETE_EXPIRED_SESSIONS.bind(before).rows_affected(write).await
}
