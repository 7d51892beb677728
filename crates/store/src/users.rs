//! Users. Deletion marks the row and keeps it, for the names in builds and audit entries. Only [`any`] counts deleted users.

use coder_model::{
    Moment, UserId,
    pagination::Pagination,
    user::{Email, Role, Roles, User, UserStatus, Username},
};
use uuid::Uuid;

use crate::{Error, Readable, Result, WriteTransaction, executor::statements};

/// The columns of [`Row`], from `users u`.
macro_rules! user_columns {
    () => {
        "u.id, u.username, u.email, u.name, u.status, u.roles, u.created_at, u.updated_at, u.last_seen_at"
    };
}
pub(crate) use user_columns;

/// Selects the columns of [`Row`] of users who are not deleted.
macro_rules! select_user {
    ($($condition:expr),+) => {
        concat!("SELECT ", user_columns!(), " FROM users u WHERE u.deleted_at IS NULL AND ", $($condition),+)
    };
}

/// The condition of a [`Filter`]: `$1` is its pattern, `$2` its status.
macro_rules! matches_filter {
    () => {
        "($1 = '' OR lower(u.username) LIKE $1 ESCAPE '\\' OR lower(u.email) LIKE $1 ESCAPE '\\')
             AND ($2 = '' OR u.status = $2)"
    };
}

statements! {
    COUNT = "SELECT COUNT(*) AS count FROM users";
    INSERT = "INSERT INTO users (id, username, email, name, status, roles, password_hash, created_at, updated_at)
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)";
    FIND = select_user!("u.id = $1");
    FIND_BY_USERNAME = select_user!("lower(u.username) = lower($1)");
    FIND_BY_EMAIL = select_user!("lower(u.email) = lower($1)");
    PASSWORD_HASH = "SELECT password_hash FROM users WHERE id = $1 AND deleted_at IS NULL";
    LIST = select_user!(matches_filter!(), " ORDER BY lower(u.username) LIMIT $3 OFFSET $4");
    COUNT_MATCHES = concat!(
        "SELECT COUNT(*) AS count FROM users u WHERE u.deleted_at IS NULL AND ",
        matches_filter!()
    );
    COUNT_ACTIVE_OWNERS = "SELECT COUNT(*) AS count FROM users
                           WHERE deleted_at IS NULL AND status <> 'suspended'
                               AND (roles = 'owner' OR roles LIKE 'owner,%')";
    LOCK_OWNERS = "UPDATE users SET updated_at = updated_at WHERE roles = 'owner' OR roles LIKE 'owner,%'";
    SET_STATUS = "UPDATE users SET status = $2, updated_at = $3 WHERE id = $1";
    SET_PROFILE = "UPDATE users SET username = $2, name = $3, updated_at = $4 WHERE id = $1 AND deleted_at IS NULL";
    SET_ROLES = "UPDATE users SET roles = $2, updated_at = $3 WHERE id = $1";
    SET_PASSWORD_HASH = "UPDATE users SET password_hash = $2, updated_at = $3 WHERE id = $1";
    RECORD_SEEN = "UPDATE users SET last_seen_at = $2, status = CASE WHEN status = 'dormant' THEN 'active' ELSE status END
            WHERE id = $1";
    DELETE = "UPDATE users SET deleted_at = $2, updated_at = $2, password_hash = '' WHERE id = $1";
    LOCK = "UPDATE users SET secrets_revision = secrets_revision + 1
                             WHERE id = $1 AND deleted_at IS NULL";
    HAS_WORKSPACES = "SELECT COUNT(*) AS count FROM workspaces WHERE owner_id = $1 AND deleted_at IS NULL";
}

#[derive(sqlx::FromRow)]
pub(crate) struct Row {
    id: Uuid,
    username: String,
    email: String,
    name: String,
    status: String,
    roles: String,
    created_at: i64,
    updated_at: i64,
    last_seen_at: Option<i64>,
}

impl TryFrom<Row> for User {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let unknown = |column| move |_| Error::Unknown { column };
        Ok(Self {
            id: row.id.into(),
            username: Username::parse(&row.username).map_err(unknown("users.username"))?,
            email: Email::parse(&row.email).map_err(unknown("users.email"))?,
            name: row.name,
            status: UserStatus::parse(&row.status).ok_or(Error::Unknown { column: "users.status" })?,
            roles: parse_roles(&row.roles)?,
            created_at: Moment::from_micros(row.created_at),
            updated_at: Moment::from_micros(row.updated_at),
            last_seen_at: row.last_seen_at.map(Moment::from_micros),
        })
    }
}

fn parse_roles(words: &str) -> Result<Roles> {
    words
        .split(',')
        .filter(|word| !word.is_empty())
        .map(|word| Role::parse(word).ok_or(Error::Unknown { column: "users.roles" }))
        .collect()
}

fn roles_text(roles: &Roles) -> String {
    roles.iter().map(Role::as_str).collect::<Vec<_>>().join(",")
}

/// Whether there is a user, deleted ones included.
pub async fn any(reads: &mut impl Readable) -> Result<bool> {
    Ok(COUNT.query().count(reads).await? > 0)
}

/// # Errors
/// [`Error::Conflict`] on `users_username_key` or `users_email_key`.
pub async fn insert(write: &mut WriteTransaction, user: &User, password_hash: &str) -> Result<()> {
    INSERT
        .bind(user.id)
        .bind(user.username.as_str())
        .bind(user.email.as_str())
        .bind(user.name.as_str())
        .bind(user.status.as_str())
        .bind(roles_text(&user.roles))
        .bind(password_hash)
        .bind(user.created_at)
        .execute(write)
        .await
}

pub async fn find(reads: &mut impl Readable, id: UserId) -> Result<Option<User>> {
    FIND.bind(id).find::<Row, _>(reads).await
}

/// Ignores case.
pub async fn find_by_username(reads: &mut impl Readable, username: &str) -> Result<Option<User>> {
    FIND_BY_USERNAME.bind(username).find::<Row, _>(reads).await
}

/// Ignores case.
pub async fn find_by_email(reads: &mut impl Readable, email: &str) -> Result<Option<User>> {
    FIND_BY_EMAIL.bind(email).find::<Row, _>(reads).await
}

#[derive(sqlx::FromRow)]
struct PasswordRow {
    password_hash: String,
}

pub async fn password_hash(reads: &mut impl Readable, id: UserId) -> Result<Option<String>> {
    let row: Option<PasswordRow> = PASSWORD_HASH.bind(id).optional(reads).await?;
    Ok(row.map(|row| row.password_hash))
}

/// Which users to list.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Part of the username or email address, in any case; empty matches all.
    pub search: String,
    pub status: Option<UserStatus>,
}

impl Filter {
    fn pattern(&self) -> String {
        if self.search.is_empty() { String::new() } else { crate::like::contains(&self.search) }
    }

    fn status(&self) -> &'static str {
        self.status.map_or("", UserStatus::as_str)
    }
}

/// A page of the users that match, by username, and the count of all that match.
pub async fn list(
    reads: &mut impl Readable,
    filter: &Filter,
    pagination: Pagination,
) -> Result<(Vec<User>, i64)> {
    let page = LIST
        .bind(filter.pattern())
        .bind(filter.status())
        .bind(i64::from(pagination.limit))
        .bind(i64::from(pagination.offset))
        .list::<Row, _>(reads)
        .await?;
    Ok((page, COUNT_MATCHES.bind(filter.pattern()).bind(filter.status()).count(reads).await?))
}

/// Locks the rows of all users with the owner role until the transaction ends, and counts those who can log in.
pub async fn lock_and_count_active_owners(write: &mut WriteTransaction) -> Result<i64> {
    LOCK_OWNERS.query().execute(write).await?;
    COUNT_ACTIVE_OWNERS.query().count(write).await
}

pub async fn set_status(
    write: &mut WriteTransaction,
    id: UserId,
    status: UserStatus,
    now: Moment,
) -> Result<()> {
    SET_STATUS.bind(id).bind(status.as_str()).bind(now).execute(write).await
}

/// Returns whether the user exists.
///
/// # Errors
/// [`Error::Conflict`] on `users_username_key`.
pub async fn set_profile(
    write: &mut WriteTransaction,
    id: UserId,
    username: &Username,
    name: &str,
    now: Moment,
) -> Result<bool> {
    SET_PROFILE.bind(id).bind(username.as_str()).bind(name).bind(now).changes_row(write).await
}

pub async fn set_roles(write: &mut WriteTransaction, id: UserId, roles: &Roles, now: Moment) -> Result<()> {
    SET_ROLES.bind(id).bind(roles_text(roles)).bind(now).execute(write).await
}

pub async fn set_password_hash(
    write: &mut WriteTransaction,
    id: UserId,
    hash: &str,
    now: Moment,
) -> Result<()> {
    SET_PASSWORD_HASH.bind(id).bind(hash).bind(now).execute(write).await
}

/// Records that the user was active. A dormant user becomes active again.
pub async fn record_seen(write: &mut WriteTransaction, id: UserId, now: Moment) -> Result<()> {
    RECORD_SEEN.bind(id).bind(now).execute(write).await
}

/// Marks the user as deleted and erases the password hash.
pub async fn delete(write: &mut WriteTransaction, id: UserId, now: Moment) -> Result<()> {
    DELETE.bind(id).bind(now).execute(write).await
}

/// Locks the user's row until the transaction ends, which serializes all changes of the user's secrets. Returns whether
/// the user exists.
pub async fn lock(write: &mut WriteTransaction, id: UserId) -> Result<bool> {
    LOCK.bind(id).changes_row(write).await
}

pub async fn has_workspaces(reads: &mut impl Readable, id: UserId) -> Result<bool> {
    Ok(HAS_WORKSPACES.bind(id).count(reads).await? > 0)
}
