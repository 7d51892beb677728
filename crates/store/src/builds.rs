//! Builds: the transitions of workspaces, and the queue of those still to do.
//!
//! A server claims a build with a lease. A lease that is not renewed ends, and another server may claim the build.

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
    // A pending build is canceled at once; the server that runs it cancels a running one.
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

#[derive(Debug, Clone, Copy)]
pub struct NewBuild {
    pub id: BuildId,
    pub workspace: WorkspaceId,
    /// One more than the workspace's latest.
    pub number: i64,
    pub template_version: TemplateVersionId,
    pub transition: Transition,
    pub initiator: UserId,
    pub reason: BuildReason,
    /// For the stop of a restart: completing it queues a start.
    pub then_start: bool,
    pub now: Moment,
}

pub async fn find(reads: &mut impl Readable, id: BuildId) -> Result<Option<WorkspaceWithBuild>> {
    FIND.bind(id).find::<Row, _>(reads).await
}

/// The latest first.
pub async fn list(
    reads: &mut impl Readable,
    id: WorkspaceId,
    pagination: Pagination,
) -> Result<Vec<WorkspaceWithBuild>> {
    let query = LIST.bind(id).bind(i64::from(pagination.limit)).bind(i64::from(pagination.offset));
    query.list::<Row, _>(reads).await
}

pub async fn find_by_number(
    reads: &mut impl Readable,
    id: WorkspaceId,
    number: i64,
) -> Result<Option<WorkspaceWithBuild>> {
    let query = FIND_BY_NUMBER.bind(id).bind(number);
    query.find::<Row, _>(reads).await
}

/// The oldest build that is pending, or whose lease has expired.
pub async fn next_claimable(reads: &mut impl Readable, now: Moment) -> Result<Option<WorkspaceWithBuild>> {
    NEXT_CLAIMABLE.bind(now).find::<Row, _>(reads).await
}

/// Queues a build.
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

/// Cancels a pending build, or asks the server that runs it to cancel it. Returns whether it was either.
pub async fn cancel(write: &mut WriteTransaction, id: BuildId, now: Moment) -> Result<bool> {
    CANCEL.bind(id).bind(now).changes_row(write).await
}

/// Returns whether `server` got the lease, until `until`.
pub async fn claim(
    write: &mut WriteTransaction,
    id: BuildId,
    server: Uuid,
    until: Moment,
    now: Moment,
) -> Result<bool> {
    CLAIM.bind(id).bind(server).bind(until).bind(now).changes_row(write).await
}

/// Returns whether `server` still has the lease and the build is not canceled.
pub async fn renew_lease(
    write: &mut WriteTransaction,
    id: BuildId,
    server: Uuid,
    until: Moment,
) -> Result<bool> {
    RENEW_LEASE.bind(id).bind(server).bind(until).changes_row(write).await
}

/// Returns whether `server` still had the lease; otherwise nothing changes.
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

/// Sets when the workspace stops automatically; `None` for never.
pub async fn set_deadline(
    write: &mut WriteTransaction,
    id: BuildId,
    deadline: Option<Moment>,
    now: Moment,
) -> Result<()> {
    SET_DEADLINE.bind(id).bind(deadline).bind(now).execute(write).await
}
