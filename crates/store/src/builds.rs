//! Builds: the transitions of workspaces, and who works on them.

use coder_model::{
    BuildId, Moment, TemplateVersionId, UserId, WorkspaceId,
    pagination::Pagination,
    workspace::{BuildReason, JobStatus, Transition, WorkspaceWithBuild},
};
use uuid::Uuid;

use crate::{
    Readable, Result, WriteTransaction,
    executor::statements,
    workspace_with_build::{Row, select_workspace_with_build},
};

statements! {
    FIND = select_workspace_with_build!("b.id = $1");
    LIST = select_workspace_with_build!("w.id = $1 ORDER BY b.build_number DESC LIMIT $2 OFFSET $3");
    FIND_BY_NUMBER = select_workspace_with_build!("w.id = $1 AND b.build_number = $2");
    NEXT_CLAIMABLE = select_workspace_with_build!("(b.status = 'pending'
            OR (b.status IN ('running', 'canceling') AND b.claimed_until < $1))
        ORDER BY b.created_at LIMIT 1");
    INSERT = "INSERT INTO workspace_builds (id, workspace_id, build_number, template_version_id, transition,
                        initiator_id, reason, then_start, status, created_at, updated_at)
                    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)";
    SET_DEADLINE = "UPDATE workspace_builds SET deadline = $2, updated_at = $3 WHERE id = $1";
    // One that waits is called off at once; one under way by whoever works on it.
    CANCEL = "UPDATE workspace_builds SET status = CASE WHEN status = 'pending' THEN 'canceled' ELSE 'canceling' END,
                  completed_at = CASE WHEN status = 'pending' THEN $2 ELSE completed_at END, updated_at = $2
              WHERE id = $1 AND status IN ('pending', 'running')";
    CLAIM = "UPDATE workspace_builds SET status = 'running', claimed_by = $2, claimed_until = $3,
                 started_at = COALESCE(started_at, $4), updated_at = $4
             WHERE id = $1 AND (status = 'pending' OR (status IN ('running', 'canceling') AND claimed_until < $4))";
    RENEW_LEASE = "UPDATE workspace_builds SET claimed_until = $3 WHERE id = $1 AND claimed_by = $2 AND status = 'running'";
    COMPLETE = "UPDATE workspace_builds SET status = $3, error = $4, completed_at = $5, updated_at = $5,
                  claimed_by = NULL, claimed_until = NULL
              WHERE id = $1 AND claimed_by = $2 AND status IN ('running', 'canceling')";
}

/// A build to store.
#[derive(Debug, Clone, Copy)]
pub struct NewBuild {
    /// The build.
    pub id: BuildId,
    /// The workspace.
    pub workspace: WorkspaceId,
    /// One more than the latest.
    pub number: i64,
    /// What to build from.
    pub template_version: TemplateVersionId,
    /// Where to.
    pub transition: Transition,
    /// Who asks.
    pub initiator: UserId,
    /// Why.
    pub reason: BuildReason,
    /// Whether a start follows once it is done.
    pub then_start: bool,
    /// When.
    pub now: Moment,
}

/// A build with its workspace.
///
/// # Errors
/// When the database fails.
pub async fn find(reads: &mut impl Readable, id: BuildId) -> Result<Option<WorkspaceWithBuild>> {
    FIND.bind(id).find::<Row, _>(reads).await
}

/// A page of a workspace's builds, the latest first.
///
/// # Errors
/// When the database fails.
pub async fn list(
    reads: &mut impl Readable,
    id: WorkspaceId,
    pagination: Pagination,
) -> Result<Vec<WorkspaceWithBuild>> {
    let query = LIST.bind(id).bind(i64::from(pagination.limit)).bind(i64::from(pagination.offset));
    query.list::<Row, _>(reads).await
}

/// A workspace's build by number.
///
/// # Errors
/// When the database fails.
pub async fn find_by_number(
    reads: &mut impl Readable,
    id: WorkspaceId,
    number: i64,
) -> Result<Option<WorkspaceWithBuild>> {
    let query = FIND_BY_NUMBER.bind(id).bind(number);
    query.find::<Row, _>(reads).await
}

/// The build that has waited longest, or that a server left lying.
///
/// # Errors
/// When the database fails.
pub async fn next_claimable(reads: &mut impl Readable, now: Moment) -> Result<Option<WorkspaceWithBuild>> {
    NEXT_CLAIMABLE.bind(now).find::<Row, _>(reads).await
}

/// Stores a new build that waits for its turn.
///
/// # Errors
/// [`crate::Error::Conflict`] when the number is taken.
pub async fn insert(write: &mut WriteTransaction, build: NewBuild) -> Result<()> {
    INSERT
        .bind(build.id)
        .bind(build.workspace)
        .bind(build.number)
        .bind(build.template_version)
        .bind(build.transition.as_str())
        .bind(build.initiator)
        .bind(build.reason.as_str())
        .bind(build.then_start)
        .bind(JobStatus::Pending.as_str())
        .bind(build.now)
        .execute(write)
        .await
}

/// Calls a build off that waits or is under way. Says whether there was anything to call off.
///
/// # Errors
/// When the database fails.
pub async fn cancel(write: &mut WriteTransaction, id: BuildId, now: Moment) -> Result<bool> {
    CANCEL.bind(id).bind(now).changes_row(write).await
}

/// Claims a build for a server until a moment. Says whether the server got it.
///
/// # Errors
/// When the database fails.
pub async fn claim(
    write: &mut WriteTransaction,
    id: BuildId,
    server: Uuid,
    until: Moment,
    now: Moment,
) -> Result<bool> {
    CLAIM.bind(id).bind(server).bind(until).bind(now).changes_row(write).await
}

/// Holds a claim for longer. Says whether it was still held.
///
/// # Errors
/// When the database fails.
pub async fn renew_lease(
    write: &mut WriteTransaction,
    id: BuildId,
    server: Uuid,
    until: Moment,
) -> Result<bool> {
    RENEW_LEASE.bind(id).bind(server).bind(until).changes_row(write).await
}

/// Ends a build that the server holds. Says whether it was still held.
///
/// # Errors
/// When the database fails.
pub async fn complete(
    write: &mut WriteTransaction,
    id: BuildId,
    server: Uuid,
    status: JobStatus,
    error: &str,
    now: Moment,
) -> Result<bool> {
    COMPLETE.bind(id).bind(server).bind(status.as_str()).bind(error).bind(now).changes_row(write).await
}

/// Notes when a workspace is stopped by itself.
///
/// # Errors
/// When the database fails.
pub async fn set_deadline(
    write: &mut WriteTransaction,
    id: BuildId,
    deadline: Option<Moment>,
    now: Moment,
) -> Result<()> {
    SET_DEADLINE.bind(id).bind(deadline).bind(now).execute(write).await
}
