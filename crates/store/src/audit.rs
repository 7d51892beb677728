//! The audit log. Entries are only ever added, in the transaction of the change they record.

use coder_model::{AuditId, Moment, UserId};
use uuid::Uuid;

use crate::{Result, WriteTransaction, executor::statements};

statements! {
    INSERT = "INSERT INTO audit_log (id, at, request_id, actor_id, ip, user_agent, action, resource_type,
                  resource_id, resource_target, status_code, diff)
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
}

/// One thing that somebody did.
pub struct Entry<'a> {
    /// The entry.
    pub id: AuditId,
    /// When.
    pub at: Moment,
    /// The request in the server's log.
    pub request_id: &'a str,
    /// Who.
    pub actor: Option<UserId>,
    /// The address it came from.
    pub ip: &'a str,
    /// The program that sent it.
    pub user_agent: &'a str,
    /// `create`, `write`, `delete`, `login`, `logout`.
    pub action: &'a str,
    /// What kind of thing it was done to.
    pub resource_type: &'a str,
    /// Which one.
    pub resource_id: Uuid,
    /// What people call it.
    pub resource_target: &'a str,
    /// The HTTP status that it was answered with.
    pub status_code: i64,
    /// JSON: field to `{old, new, secret}`.
    pub diff: &'a str,
}

/// Adds an entry.
///
/// # Errors
/// When the database fails.
pub async fn insert(write: &mut WriteTransaction, entry: Entry<'_>) -> Result<()> {
    INSERT
        .bind(entry.id)
        .bind(entry.at)
        .bind(entry.request_id)
        .bind(entry.actor)
        .bind(entry.ip)
        .bind(entry.user_agent)
        .bind(entry.action)
        .bind(entry.resource_type)
        .bind(entry.resource_id)
        .bind(entry.resource_target)
        .bind(entry.status_code)
        .bind(entry.diff)
        .execute(write)
        .await
}
