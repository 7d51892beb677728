//! Workspaces. What people look at is a workspace with a build of it, so the two are read together.

use std::time::Duration;

use coder_model::{
    FileId, Moment, TemplateId, TemplateVersionId, UserId, WorkspaceId,
    page::Page,
    schedule::Schedule,
    workspace::{Build, BuildReason, JobStatus, ResourceName, Transition, Workspace},
};
use uuid::Uuid;

use crate::{Error, Reads, Result, Write, executor::statements, like};

/// A build with everything that is shown beside it.
macro_rules! overview {
    ($rest:literal) => {
        concat!(
            "SELECT w.id, w.owner_id, w.name, w.template_id, w.created_at, w.updated_at, w.last_used_at, w.deleted_at,
                 w.favorite, w.autostart_schedule, w.ttl, w.dormant_at, b.reason, b.deadline,
                 o.username AS owner_name, t.name AS template_name, t.display_name AS template_display_name,
                 t.icon AS template_icon, t.active_version_id, b.id AS build_id, b.build_number, b.template_version_id,
                 b.transition, b.initiator_id, b.status, b.error, b.created_at AS build_created_at,
                 b.updated_at AS build_updated_at, b.started_at, b.completed_at, v.name AS version_name, v.definition, v.file_id,
                 i.username AS initiator_name
             FROM workspaces w
                 JOIN workspace_builds b ON b.workspace_id = w.id
                 JOIN users o ON o.id = w.owner_id
                 JOIN templates t ON t.id = w.template_id
                 JOIN template_versions v ON v.id = b.template_version_id
                 JOIN users i ON i.id = b.initiator_id
             WHERE ",
            $rest
        )
    };
}

pub(crate) use overview;

statements! {
    INSERT = "INSERT INTO workspaces (id, owner_id, name, template_id, created_at, updated_at, last_used_at)
              VALUES ($1, $2, $3, $4, $5, $5, $5)";
    // The row lock that orders a workspace's builds.
    TOUCH = "UPDATE workspaces SET updated_at = $2 WHERE id = $1 AND deleted_at IS NULL";
    RENAME = "UPDATE workspaces SET name = $2, updated_at = $3 WHERE id = $1";
    SET_FAVORITE = "UPDATE workspaces SET favorite = $2 WHERE id = $1";
    SET_AUTOSTART = "UPDATE workspaces SET autostart_schedule = $2, updated_at = $3 WHERE id = $1";
    SET_TTL = "UPDATE workspaces SET ttl = $2, updated_at = $3 WHERE id = $1";
    SET_DORMANT = "UPDATE workspaces SET dormant_at = $2, updated_at = $3 WHERE id = $1";
    LIST_SCHEDULED = overview!("w.deleted_at IS NULL AND w.dormant_at IS NULL AND w.autostart_schedule IS NOT NULL
        AND b.transition = 'stop' AND b.status = 'succeeded'
        AND b.build_number = (SELECT MAX(n.build_number) FROM workspace_builds n WHERE n.workspace_id = w.id)");
    LIST_OVERDUE = overview!("w.deleted_at IS NULL AND b.transition = 'start' AND b.status = 'succeeded'
        AND b.deadline < $1
        AND b.build_number = (SELECT MAX(n.build_number) FROM workspace_builds n WHERE n.workspace_id = w.id)");
    USED = "UPDATE workspaces SET last_used_at = $2 WHERE id = $1";
    DELETE = "UPDATE workspaces SET deleted_at = $2, updated_at = $2 WHERE id = $1";
    FIND = overview!("w.id = $1 AND b.build_number =
        (SELECT MAX(n.build_number) FROM workspace_builds n WHERE n.workspace_id = w.id)");
    FIND_BY_NAME = overview!("w.owner_id = $1 AND lower(w.name) = lower($2) AND ($3 OR w.deleted_at IS NULL)
        AND b.build_number = (SELECT MAX(n.build_number) FROM workspace_builds n WHERE n.workspace_id = w.id)
        ORDER BY CASE WHEN w.deleted_at IS NULL THEN 0 ELSE 1 END, w.deleted_at DESC LIMIT 1");
    LIST = overview!("w.deleted_at IS NULL AND ($1 = '' OR lower(o.username) = $1)
        AND ($2 = '' OR lower(w.name) LIKE $2 ESCAPE '\\') AND ($3 = '' OR lower(t.name) = $3)
        AND b.build_number = (SELECT MAX(n.build_number) FROM workspace_builds n WHERE n.workspace_id = w.id)
        ORDER BY w.favorite DESC, lower(w.name), w.id LIMIT $4 OFFSET $5");
    COUNT = "SELECT COUNT(*) AS count FROM workspaces w JOIN users o ON o.id = w.owner_id
                 JOIN templates t ON t.id = w.template_id
             WHERE w.deleted_at IS NULL AND ($1 = '' OR lower(o.username) = $1)
                 AND ($2 = '' OR lower(w.name) LIKE $2 ESCAPE '\\') AND ($3 = '' OR lower(t.name) = $3)";
    LIST_RUNNING = overview!("w.deleted_at IS NULL AND b.transition = 'start' AND b.status = 'succeeded'
        AND b.build_number = (SELECT MAX(n.build_number) FROM workspace_builds n WHERE n.workspace_id = w.id)");
}

/// A workspace and one of its builds, with the names shown beside them.
#[derive(Debug, Clone)]
pub struct Overview {
    /// The workspace.
    pub workspace: Workspace,
    /// Its owner's username.
    pub owner_name: String,
    /// Its template's name.
    pub template_name: String,
    /// The same as shown to people.
    pub template_display_name: String,
    /// The template's picture.
    pub template_icon: String,
    /// The template's active version.
    pub active_version: TemplateVersionId,
    /// The build.
    pub build: Build,
    /// The name of the version it is built from.
    pub version_name: String,
    /// The text of that version's `template.toml`.
    pub definition: String,
    /// The archive of that version.
    pub file: FileId,
    /// Who asked for the build.
    pub initiator_name: String,
}

#[derive(sqlx::FromRow)]
pub(crate) struct Row {
    id: Uuid,
    owner_id: Uuid,
    name: String,
    template_id: Uuid,
    created_at: i64,
    updated_at: i64,
    last_used_at: i64,
    deleted_at: Option<i64>,
    favorite: bool,
    autostart_schedule: Option<String>,
    ttl: Option<i64>,
    dormant_at: Option<i64>,
    reason: String,
    deadline: Option<i64>,
    owner_name: String,
    template_name: String,
    template_display_name: String,
    template_icon: String,
    active_version_id: Uuid,
    build_id: Uuid,
    build_number: i64,
    template_version_id: Uuid,
    transition: String,
    initiator_id: Uuid,
    status: String,
    error: String,
    build_created_at: i64,
    build_updated_at: i64,
    started_at: Option<i64>,
    completed_at: Option<i64>,
    version_name: String,
    definition: String,
    file_id: Uuid,
    initiator_name: String,
}

impl TryFrom<Row> for Overview {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let workspace = Workspace {
            id: row.id.into(),
            owner: row.owner_id.into(),
            name: ResourceName::parse(&row.name).map_err(|_| Error::Unknown { column: "workspaces.name" })?,
            template: row.template_id.into(),
            created_at: Moment::from_micros(row.created_at),
            updated_at: Moment::from_micros(row.updated_at),
            last_used_at: Moment::from_micros(row.last_used_at),
            deleted_at: row.deleted_at.map(Moment::from_micros),
            favorite: row.favorite,
            autostart: row
                .autostart_schedule
                .map(|text| Schedule::parse(&text))
                .transpose()
                .map_err(|_| Error::Unknown { column: "workspaces.autostart_schedule" })?,
            ttl: row.ttl.map(|micros| Duration::from_micros(u64::try_from(micros).unwrap_or_default())),
            dormant_at: row.dormant_at.map(Moment::from_micros),
        };
        let build = Build {
            id: row.build_id.into(),
            workspace: row.id.into(),
            number: row.build_number,
            template_version: row.template_version_id.into(),
            transition: Transition::parse(&row.transition)
                .ok_or(Error::Unknown { column: "workspace_builds.transition" })?,
            initiator: row.initiator_id.into(),
            reason: BuildReason::parse(&row.reason)
                .ok_or(Error::Unknown { column: "workspace_builds.reason" })?,
            deadline: row.deadline.map(Moment::from_micros),
            status: JobStatus::parse(&row.status)
                .ok_or(Error::Unknown { column: "workspace_builds.status" })?,
            error: row.error,
            created_at: Moment::from_micros(row.build_created_at),
            updated_at: Moment::from_micros(row.build_updated_at),
            started_at: row.started_at.map(Moment::from_micros),
            completed_at: row.completed_at.map(Moment::from_micros),
        };
        Ok(Self {
            workspace,
            owner_name: row.owner_name,
            template_name: row.template_name,
            template_display_name: row.template_display_name,
            template_icon: row.template_icon,
            active_version: row.active_version_id.into(),
            build,
            version_name: row.version_name,
            definition: row.definition,
            file: row.file_id.into(),
            initiator_name: row.initiator_name,
        })
    }
}

pub(crate) fn overviews(rows: Vec<Row>) -> Result<Vec<Overview>> {
    rows.into_iter().map(Overview::try_from).collect()
}

/// Stores a new workspace. Its first build follows in the same transaction.
///
/// # Errors
/// [`Error::Conflict`] when the name is taken.
pub async fn insert(
    write: &mut Write,
    id: WorkspaceId,
    owner: UserId,
    name: &ResourceName,
    template: TemplateId,
    now: Moment,
) -> Result<()> {
    INSERT.bind(id).bind(owner).bind(name.as_str()).bind(template).bind(now).execute(write).await?;
    Ok(())
}

/// Holds a workspace's row until the transaction ends. Says whether it is still there.
///
/// # Errors
/// When the database fails.
pub async fn touch(write: &mut Write, id: WorkspaceId, now: Moment) -> Result<bool> {
    Ok(TOUCH.bind(id).bind(now).execute(write).await? == 1)
}

/// Gives a workspace another name.
///
/// # Errors
/// [`Error::Conflict`] when the name is taken.
pub async fn rename(write: &mut Write, id: WorkspaceId, name: &ResourceName, now: Moment) -> Result<()> {
    RENAME.bind(id).bind(name.as_str()).bind(now).execute(write).await?;
    Ok(())
}

/// Notes whether the owner wants a workspace first in lists.
///
/// # Errors
/// When the database fails.
pub async fn set_favorite(write: &mut Write, id: WorkspaceId, favorite: bool) -> Result<()> {
    SET_FAVORITE.bind(id).bind(favorite).execute(write).await?;
    Ok(())
}

/// Notes when a workspace starts by itself.
///
/// # Errors
/// When the database fails.
pub async fn set_autostart(
    write: &mut Write,
    id: WorkspaceId,
    schedule: Option<&Schedule>,
    now: Moment,
) -> Result<()> {
    SET_AUTOSTART.bind(id).bind(schedule.map(Schedule::as_str)).bind(now).execute(write).await?;
    Ok(())
}

/// Notes how long a workspace runs before it is stopped.
///
/// # Errors
/// When the database fails.
pub async fn set_ttl(write: &mut Write, id: WorkspaceId, ttl: Option<Duration>, now: Moment) -> Result<()> {
    let micros = ttl.map(|ttl| i64::try_from(ttl.as_micros()).unwrap_or(i64::MAX));
    SET_TTL.bind(id).bind(micros).bind(now).execute(write).await?;
    Ok(())
}

/// Puts a workspace aside, or takes it back.
///
/// # Errors
/// When the database fails.
pub async fn set_dormant(write: &mut Write, id: WorkspaceId, since: Option<Moment>, now: Moment) -> Result<()> {
    SET_DORMANT.bind(id).bind(since).bind(now).execute(write).await?;
    Ok(())
}

/// Every stopped workspace that starts by itself.
///
/// # Errors
/// When the database fails.
pub async fn list_scheduled(reads: &mut impl Reads) -> Result<Vec<Overview>> {
    overviews(LIST_SCHEDULED.query().all::<Row>(reads).await?)
}

/// Every running workspace whose time is over.
///
/// # Errors
/// When the database fails.
pub async fn list_overdue(reads: &mut impl Reads, now: Moment) -> Result<Vec<Overview>> {
    overviews(LIST_OVERDUE.bind(now).all::<Row>(reads).await?)
}

/// Notes that somebody used a workspace.
///
/// # Errors
/// When the database fails.
pub async fn used(write: &mut Write, id: WorkspaceId, now: Moment) -> Result<()> {
    USED.bind(id).bind(now).execute(write).await?;
    Ok(())
}

/// Takes a workspace away; its builds stay.
///
/// # Errors
/// When the database fails.
pub async fn delete(write: &mut Write, id: WorkspaceId, now: Moment) -> Result<()> {
    DELETE.bind(id).bind(now).execute(write).await?;
    Ok(())
}

/// A workspace with its latest build, deleted ones included.
///
/// # Errors
/// When the database fails.
pub async fn find(reads: &mut impl Reads, id: WorkspaceId) -> Result<Option<Overview>> {
    FIND.bind(id).optional::<Row>(reads).await?.map(Overview::try_from).transpose()
}

/// An owner's workspace by name, without regard to case; the last one deleted of that name only on request.
///
/// # Errors
/// When the database fails.
pub async fn find_by_name(
    reads: &mut impl Reads,
    owner: UserId,
    name: &str,
    with_deleted: bool,
) -> Result<Option<Overview>> {
    let query = FIND_BY_NAME.bind(owner).bind(name).bind(with_deleted);
    query.optional::<Row>(reads).await?.map(Overview::try_from).transpose()
}

/// Which workspaces are listed. Empty texts match everything.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// The owner's username.
    pub owner: String,
    /// Part of the name.
    pub name: String,
    /// The template's name.
    pub template: String,
}

#[derive(sqlx::FromRow)]
struct CountRow {
    count: i64,
}

/// A page of workspaces with their latest builds, by name, and how many match in all.
///
/// # Errors
/// When the database fails.
pub async fn list(reads: &mut impl Reads, filter: &Filter, page: Page) -> Result<(Vec<Overview>, i64)> {
    let owner = filter.owner.to_lowercase();
    let name = if filter.name.is_empty() { String::new() } else { like::contains(&filter.name) };
    let template = filter.template.to_lowercase();
    let rows: Vec<Row> = LIST
        .bind(owner.as_str())
        .bind(name.as_str())
        .bind(template.as_str())
        .bind(i64::from(page.limit))
        .bind(i64::from(page.offset))
        .all(reads)
        .await?;
    let count: CountRow = COUNT.bind(owner).bind(name).bind(template).one(reads).await?;
    Ok((overviews(rows)?, count.count))
}

/// Every workspace whose latest build is a start that is done.
///
/// # Errors
/// When the database fails.
pub async fn list_running(reads: &mut impl Reads) -> Result<Vec<Overview>> {
    overviews(LIST_RUNNING.query().all::<Row>(reads).await?)
}
