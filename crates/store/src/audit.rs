//! The audit log. Entries are only inserted, in the transaction of the change that they record.

use coder_model::{AuditId, Moment, UserId};
use uuid::Uuid;

use crate::{Result, WriteTransaction, executor::statements};

statements! {
    INSERT = "INSERT INTO audit_log (id, at, request_id, actor_id, ip, user_agent, action, resource_type,
                  resource_id, resource_target, status_code, diff)
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
}

pub struct Entry<'a> {
    pub id: AuditId,
    pub at: Moment,
    /// As in the server's log.
    pub request_id: &'a str,
    /// `None` for the server itself, as in a scheduled build.
    pub actor: Option<UserId>,
    pub ip: &'a str,
    pub user_agent: &'a str,
    /// `create`, `write`, `delete`, `login`, `logout`.
    pub action: &'a str,
    pub resource_type: &'a str,
    pub resource_id: Uuid,
    /// The resource's name, for display.
    pub resource_target: &'a str,
    /// The HTTP status of the response.
    pub status_code: i64,
    /// JSON: field to `{old, new, secret}`.
    pub diff: &'a str,
}

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
