//! People with accounts.

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

/// Whether anybody ever had an account.
///
/// # Errors
/// When the database fails.
pub async fn any(reads: &mut impl Readable) -> Result<bool> {
    Ok(COUNT.query().count(reads).await? > 0)
}

/// Stores a user.
///
/// # Errors
/// A conflict on `users_username_key` or `users_email_key`, or the database fails.
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

/// The user with this id, unless deleted.
///
/// # Errors
/// When the database fails.
pub async fn find(reads: &mut impl Readable, id: UserId) -> Result<Option<User>> {
    FIND.bind(id).find::<Row, _>(reads).await
}

/// The user with this name in whatever case, unless deleted.
///
/// # Errors
/// When the database fails.
pub async fn find_by_username(reads: &mut impl Readable, username: &str) -> Result<Option<User>> {
    FIND_BY_USERNAME.bind(username).find::<Row, _>(reads).await
}

/// The user with this address in whatever case, unless deleted.
///
/// # Errors
/// When the database fails.
pub async fn find_by_email(reads: &mut impl Readable, email: &str) -> Result<Option<User>> {
    FIND_BY_EMAIL.bind(email).find::<Row, _>(reads).await
}

#[derive(sqlx::FromRow)]
struct PasswordRow {
    password_hash: String,
}

/// The stored hash of a user's password.
///
/// # Errors
/// When the database fails.
pub async fn password_hash(reads: &mut impl Readable, id: UserId) -> Result<Option<String>> {
    let row: Option<PasswordRow> = PASSWORD_HASH.bind(id).optional(reads).await?;
    Ok(row.map(|row| row.password_hash))
}

/// Which users are asked for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Part of the username or address, in whatever case; empty for all.
    pub search: String,
    /// Only users of this status.
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

/// A page of the users that match, by username, and how many match in all.
///
/// # Errors
/// When the database fails.
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

/// Locks the owners' rows against other writers and counts those who can sign in.
///
/// # Errors
/// When the database fails.
pub async fn lock_and_count_active_owners(write: &mut WriteTransaction) -> Result<i64> {
    LOCK_OWNERS.query().execute(write).await?;
    COUNT_ACTIVE_OWNERS.query().count(write).await
}

/// Changes whether a user may sign in.
///
/// # Errors
/// When the database fails.
pub async fn set_status(
    write: &mut WriteTransaction,
    id: UserId,
    status: UserStatus,
    now: Moment,
) -> Result<()> {
    SET_STATUS.bind(id).bind(status.as_str()).bind(now).execute(write).await
}

/// Changes what a user is called. Says whether there is such a user.
///
/// # Errors
/// A conflict on `users_username_key`, or the database fails.
pub async fn set_profile(
    write: &mut WriteTransaction,
    id: UserId,
    username: &Username,
    name: &str,
    now: Moment,
) -> Result<bool> {
    SET_PROFILE.bind(id).bind(username.as_str()).bind(name).bind(now).changes_row(write).await
}

/// Changes what a user may do.
///
/// # Errors
/// When the database fails.
pub async fn set_roles(write: &mut WriteTransaction, id: UserId, roles: &Roles, now: Moment) -> Result<()> {
    SET_ROLES.bind(id).bind(roles_text(roles)).bind(now).execute(write).await
}

/// Changes the hash of a user's password.
///
/// # Errors
/// When the database fails.
pub async fn set_password_hash(
    write: &mut WriteTransaction,
    id: UserId,
    hash: &str,
    now: Moment,
) -> Result<()> {
    SET_PASSWORD_HASH.bind(id).bind(hash).bind(now).execute(write).await
}

/// Notes that a user was here; a dormant one becomes active.
///
/// # Errors
/// When the database fails.
pub async fn record_seen(write: &mut WriteTransaction, id: UserId, now: Moment) -> Result<()> {
    RECORD_SEEN.bind(id).bind(now).execute(write).await
}

/// Deletes a user. The row stays, so that builds and audit entries keep their names; it is never found again.
///
/// # Errors
/// When the database fails.
pub async fn delete(write: &mut WriteTransaction, id: UserId, now: Moment) -> Result<()> {
    DELETE.bind(id).bind(now).execute(write).await
}

/// Takes the row lock that orders all changes of a user's secrets. Says whether there is such a user.
///
/// # Errors
/// When the database fails.
pub async fn lock(write: &mut WriteTransaction, id: UserId) -> Result<bool> {
    LOCK.bind(id).changes_row(write).await
}

/// Whether a user owns workspaces.
///
/// # Errors
/// When the database fails.
pub async fn has_workspaces(reads: &mut impl Readable, id: UserId) -> Result<bool> {
    Ok(HAS_WORKSPACES.bind(id).count(reads).await? > 0)
}
