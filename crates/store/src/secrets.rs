//! User secrets. Only [`list_deliverable`] reads values, which are encrypted; all other queries leave them out.

use coder_model::{
    Moment, SecretId, UserId,
    ciphertext::Sealed,
    secret::{EnvName, FileTarget, Secret, SecretName, SecretSettings},
};
use uuid::Uuid;

use crate::{Error, Readable, Result, WriteTransaction, executor::statements};

/// Selects the columns of [`Row`].
macro_rules! select_secret {
    ($rest:literal) => {
        concat!(
            "SELECT id, user_id, name, description, env_name, file_path, enabled,
                 CAST(length(value_ciphertext) AS BIGINT) AS value_bytes, value_revision, created_at, updated_at
             FROM user_secrets ",
            $rest
        )
    };
}

statements! {
    INSERT = "INSERT INTO user_secrets (id, user_id, name, description, env_name, file_path, enabled,
                  value_ciphertext, value_nonce_tag, value_revision, created_at, updated_at)
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    FIND = select_secret!("WHERE user_id = $1 AND name = $2");
    LIST = select_secret!("WHERE user_id = $1 ORDER BY name");
    LIST_DELIVERABLE = "SELECT id, name, env_name, file_path, value_ciphertext, value_nonce_tag, value_revision
                   FROM user_secrets
                   WHERE user_id = $1 AND enabled AND (env_name IS NOT NULL OR file_path IS NOT NULL)
                   ORDER BY name";
    UPDATE = "UPDATE user_secrets SET description = $2, env_name = $3, file_path = $4, enabled = $5, updated_at = $6
              WHERE id = $1";
    SET_VALUE = "UPDATE user_secrets SET value_ciphertext = $2, value_nonce_tag = $3, value_revision = $4
                 WHERE id = $1";
    DELETE = "DELETE FROM user_secrets WHERE id = $1";
    DELETE_ALL = "DELETE FROM user_secrets WHERE user_id = $1";
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    user_id: Uuid,
    name: String,
    description: String,
    env_name: Option<String>,
    file_path: Option<String>,
    enabled: bool,
    value_bytes: i64,
    value_revision: i64,
    created_at: i64,
    updated_at: i64,
}

fn name(text: &str) -> Result<SecretName> {
    SecretName::parse(text).map_err(|_| Error::Unknown { column: "user_secrets.name" })
}

fn env_name(text: Option<String>) -> Result<Option<EnvName>> {
    text.map(|text| EnvName::parse(&text))
        .transpose()
        .map_err(|_| Error::Unknown { column: "user_secrets.env_name" })
}

fn file_path(text: Option<String>) -> Result<Option<FileTarget>> {
    text.map(|text| FileTarget::parse(&text))
        .transpose()
        .map_err(|_| Error::Unknown { column: "user_secrets.file_path" })
}

impl TryFrom<Row> for Secret {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: row.id.into(),
            owner: row.user_id.into(),
            name: name(&row.name)?,
            settings: SecretSettings {
                description: row.description,
                env_name: env_name(row.env_name)?,
                file_path: file_path(row.file_path)?,
                enabled: row.enabled,
            },
            value_bytes: u64::try_from(row.value_bytes)
                .map_err(|_| Error::Unknown { column: "user_secrets.value_ciphertext" })?,
            value_revision: row.value_revision,
            created_at: Moment::from_micros(row.created_at),
            updated_at: Moment::from_micros(row.updated_at),
        })
    }
}

/// # Errors
/// [`Error::Conflict`] when the name or a target is taken.
pub async fn insert(write: &mut WriteTransaction, secret: &Secret, value: &Sealed) -> Result<()> {
    INSERT
        .bind(secret.id)
        .bind(secret.owner)
        .bind(secret.name.as_str())
        .bind(secret.settings.description.as_str())
        .bind(secret.settings.env_name.as_ref().map(EnvName::as_str))
        .bind(secret.settings.file_path.as_ref().map(FileTarget::as_str))
        .bind(secret.settings.enabled)
        .bind(value.ciphertext.as_slice())
        .bind(value.nonce_tag.as_slice())
        .bind(secret.value_revision)
        .bind(secret.created_at)
        .bind(secret.updated_at)
        .execute(write)
        .await
}

pub async fn find(reads: &mut impl Readable, owner: UserId, name: &str) -> Result<Option<Secret>> {
    FIND.bind(owner).bind(name).find::<Row, _>(reads).await
}

/// All secrets of a user, by name.
pub async fn list(reads: &mut impl Readable, owner: UserId) -> Result<Vec<Secret>> {
    LIST.bind(owner).list::<Row, _>(reads).await
}

/// A secret with its encrypted value, for delivery.
#[derive(Debug)]
pub struct SealedSecret {
    pub id: SecretId,
    pub name: SecretName,
    pub env_name: Option<EnvName>,
    pub file_path: Option<FileTarget>,
    /// Part of the value's associated data.
    pub value_revision: i64,
    pub value: Sealed,
}

#[derive(sqlx::FromRow)]
struct SealedSecretRow {
    id: Uuid,
    name: String,
    env_name: Option<String>,
    file_path: Option<String>,
    value_ciphertext: Vec<u8>,
    value_nonce_tag: Vec<u8>,
    value_revision: i64,
}

impl TryFrom<SealedSecretRow> for SealedSecret {
    type Error = Error;

    fn try_from(row: SealedSecretRow) -> Result<Self> {
        Ok(Self {
            id: row.id.into(),
            name: name(&row.name)?,
            env_name: env_name(row.env_name)?,
            file_path: file_path(row.file_path)?,
            value_revision: row.value_revision,
            value: Sealed { ciphertext: row.value_ciphertext, nonce_tag: row.value_nonce_tag },
        })
    }
}

/// A user's enabled secrets with a target, by name.
pub async fn list_deliverable(reads: &mut impl Readable, owner: UserId) -> Result<Vec<SealedSecret>> {
    LIST_DELIVERABLE.bind(owner).list::<SealedSecretRow, _>(reads).await
}

/// Stores the settings of a secret; see [`set_value`] for its value.
///
/// # Errors
/// [`Error::Conflict`] when a target is taken.
pub async fn update(write: &mut WriteTransaction, secret: &Secret) -> Result<()> {
    UPDATE
        .bind(secret.id)
        .bind(secret.settings.description.as_str())
        .bind(secret.settings.env_name.as_ref().map(EnvName::as_str))
        .bind(secret.settings.file_path.as_ref().map(FileTarget::as_str))
        .bind(secret.settings.enabled)
        .bind(secret.updated_at)
        .execute(write)
        .await
}

/// The revision must be one more than that of the value it replaces: it is part of the associated data.
pub async fn set_value(
    write: &mut WriteTransaction,
    id: SecretId,
    value: &Sealed,
    revision: i64,
) -> Result<()> {
    SET_VALUE
        .bind(id)
        .bind(value.ciphertext.as_slice())
        .bind(value.nonce_tag.as_slice())
        .bind(revision)
        .execute(write)
        .await
}

pub async fn delete(write: &mut WriteTransaction, id: SecretId) -> Result<()> {
    DELETE.bind(id).execute(write).await
}

pub async fn delete_all(write: &mut WriteTransaction, owner: UserId) -> Result<()> {
    DELETE_ALL.bind(owner).execute(write).await
}
