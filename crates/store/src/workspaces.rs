//! Workspaces. They are read together with one of their builds, as [`WorkspaceWithBuild`].

use std::time::Duration;

use coder_model::{
    Moment, TemplateId, UserId, WorkspaceId,
    pagination::Pagination,
    schedule::Schedule,
    workspace::{ResourceName, WorkspaceWithBuild},
};

use crate::{
    Readable, Result, WriteTransaction,
    executor::statements,
    like,
    workspace_with_build::{Row, select_workspace_with_build, select_workspace_with_latest_build},
};

/// The condition of a [`Filter`]: `$1` is its owner, `$2` its pattern, `$3` its template.
macro_rules! matches_filter {
    () => {
        "w.deleted_at IS NULL AND ($1 = '' OR lower(o.username) = $1)
             AND ($2 = '' OR lower(w.name) LIKE $2 ESCAPE '\\') AND ($3 = '' OR lower(t.name) = $3)"
    };
}

statements! {
    INSERT = "INSERT INTO workspaces (id, owner_id, name, template_id, created_at, updated_at, last_used_at)
              VALUES ($1, $2, $3, $4, $5, $5, $5)";
    // The row lock that serializes a workspace's builds.
    LOCK = "UPDATE workspaces SET updated_at = $2 WHERE id = $1 AND deleted_at IS NULL";
    RENAME = "UPDATE workspaces SET name = $2, updated_at = $3 WHERE id = $1";
    SET_FAVORITE = "UPDATE workspaces SET favorite = $2 WHERE id = $1";
    SET_AUTOSTART = "UPDATE workspaces SET autostart_schedule = $2, updated_at = $3 WHERE id = $1";
    SET_TTL = "UPDATE workspaces SET ttl = $2, updated_at = $3 WHERE id = $1";
    SET_DORMANT = "UPDATE workspaces SET dormant_at = $2, updated_at = $3 WHERE id = $1";
    LIST_SCHEDULED = select_workspace_with_latest_build!(
        "w.deleted_at IS NULL AND w.dormant_at IS NULL AND w.autostart_schedule IS NOT NULL
            AND b.transition = 'stop' AND b.status = 'succeeded'"
    );
    LIST_OVERDUE = select_workspace_with_latest_build!(
        "w.deleted_at IS NULL AND b.transition = 'start' AND b.status = 'succeeded' AND b.deadline < $1"
    );
    RECORD_USE = "UPDATE workspaces SET last_used_at = $2 WHERE id = $1";
    DELETE = "UPDATE workspaces SET deleted_at = $2, updated_at = $2 WHERE id = $1";
    FIND = select_workspace_with_latest_build!("w.id = $1");
    FIND_BY_NAME = select_workspace_with_latest_build!(
        "w.owner_id = $1 AND lower(w.name) = lower($2) AND ($3 OR w.deleted_at IS NULL)
         ORDER BY CASE WHEN w.deleted_at IS NULL THEN 0 ELSE 1 END, w.deleted_at DESC LIMIT 1"
    );
    LIST = select_workspace_with_latest_build!(
        matches_filter!(),
        " ORDER BY w.favorite DESC, lower(w.name), w.id LIMIT $4 OFFSET $5"
    );
    COUNT = concat!(
        "SELECT COUNT(*) AS count FROM workspaces w
             JOIN users o ON o.id = w.owner_id
             JOIN templates t ON t.id = w.template_id
         WHERE ",
        matches_filter!()
    );
    LIST_RUNNING = select_workspace_with_latest_build!(
        "w.deleted_at IS NULL AND b.transition = 'start' AND b.status = 'succeeded'"
    );
}

/// The first build must follow in the same transaction: a workspace without a build is never found.
///
/// # Errors
/// [`crate::Error::Conflict`] when the name is taken.
pub async fn insert(
    write: &mut WriteTransaction,
    id: WorkspaceId,
    owner: UserId,
    name: &ResourceName,
    template: TemplateId,
    now: Moment,
) -> Result<()> {
    INSERT.bind(id).bind(owner).bind(name.as_str()).bind(template).bind(now).execute(write).await
}

/// Locks the workspace's row until the transaction ends. Returns whether the workspace exists.
pub async fn lock(write: &mut WriteTransaction, id: WorkspaceId, now: Moment) -> Result<bool> {
    LOCK.bind(id).bind(now).changes_row(write).await
}

/// # Errors
/// [`crate::Error::Conflict`] when the name is taken.
pub async fn rename(
    write: &mut WriteTransaction,
    id: WorkspaceId,
    name: &ResourceName,
    now: Moment,
) -> Result<()> {
    RENAME.bind(id).bind(name.as_str()).bind(now).execute(write).await
}

/// Favorites are listed first.
pub async fn set_favorite(write: &mut WriteTransaction, id: WorkspaceId, favorite: bool) -> Result<()> {
    SET_FAVORITE.bind(id).bind(favorite).execute(write).await
}

pub async fn set_autostart(
    write: &mut WriteTransaction,
    id: WorkspaceId,
    schedule: Option<&Schedule>,
    now: Moment,
) -> Result<()> {
    SET_AUTOSTART.bind(id).bind(schedule.map(Schedule::as_str)).bind(now).execute(write).await
}

/// Sets how long the workspace runs after each start before it stops automatically.
pub async fn set_ttl(
    write: &mut WriteTransaction,
    id: WorkspaceId,
    ttl: Option<Duration>,
    now: Moment,
) -> Result<()> {
    let micros = ttl.map(|ttl| i64::try_from(ttl.as_micros()).unwrap_or(i64::MAX));
    SET_TTL.bind(id).bind(micros).bind(now).execute(write).await
}

/// Makes the workspace dormant since a time or, with `None`, activates it.
pub async fn set_dormant(
    write: &mut WriteTransaction,
    id: WorkspaceId,
    since: Option<Moment>,
    now: Moment,
) -> Result<()> {
    SET_DORMANT.bind(id).bind(since).bind(now).execute(write).await
}

/// Stopped workspaces that start by a schedule.
pub async fn list_scheduled(reads: &mut impl Readable) -> Result<Vec<WorkspaceWithBuild>> {
    LIST_SCHEDULED.query().list::<Row, _>(reads).await
}

/// Running workspaces whose deadline has passed.
pub async fn list_overdue(reads: &mut impl Readable, now: Moment) -> Result<Vec<WorkspaceWithBuild>> {
    LIST_OVERDUE.bind(now).list::<Row, _>(reads).await
}

pub async fn record_use(write: &mut WriteTransaction, id: WorkspaceId, now: Moment) -> Result<()> {
    RECORD_USE.bind(id).bind(now).execute(write).await
}

/// Marks the workspace as deleted. Its builds stay.
pub async fn delete(write: &mut WriteTransaction, id: WorkspaceId, now: Moment) -> Result<()> {
    DELETE.bind(id).bind(now).execute(write).await
}

/// With the latest build; deleted workspaces included.
pub async fn find(reads: &mut impl Readable, id: WorkspaceId) -> Result<Option<WorkspaceWithBuild>> {
    FIND.bind(id).find::<Row, _>(reads).await
}

/// With the latest build; ignores case. `with_deleted` falls back to the last deleted workspace of that name.
pub async fn find_by_name(
    reads: &mut impl Readable,
    owner: UserId,
    name: &str,
    with_deleted: bool,
) -> Result<Option<WorkspaceWithBuild>> {
    let query = FIND_BY_NAME.bind(owner).bind(name).bind(with_deleted);
    query.find::<Row, _>(reads).await
}

/// Which workspaces to list. Empty text matches all.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Username.
    pub owner: String,
    /// Part of the workspace's name.
    pub name: String,
    /// Name of the template.
    pub template: String,
}

/// A page of the workspaces that match, favorites first, then by name, and the count of all that match.
pub async fn list(
    reads: &mut impl Readable,
    filter: &Filter,
    pagination: Pagination,
) -> Result<(Vec<WorkspaceWithBuild>, i64)> {
    let owner = filter.owner.to_lowercase();
    let name = if filter.name.is_empty() { String::new() } else { like::contains(&filter.name) };
    let template = filter.template.to_lowercase();
    let page = LIST
        .bind(owner.as_str())
        .bind(name.as_str())
        .bind(template.as_str())
        .bind(i64::from(pagination.limit))
        .bind(i64::from(pagination.offset))
        .list::<Row, _>(reads)
        .await?;
    Ok((page, COUNT.bind(owner).bind(name).bind(template).count(reads).await?))
}

/// Workspaces whose latest build is a successful start.
pub async fn list_running(reads: &mut impl Readable) -> Result<Vec<WorkspaceWithBuild>> {
    LIST_RUNNING.query().list::<Row, _>(reads).await
}
