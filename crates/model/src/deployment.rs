//! A deployment: one database and the servers that share it.

use uuid::Uuid;

use crate::{Moment, OrganizationId};

/// Identity of a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deployment {
    /// Random, from the first start.
    pub id: Uuid,
    /// The deployment's one organization.
    pub organization: OrganizationId,
    /// Time of the first start.
    pub created_at: Moment,
}

/// Counts of resources that are not deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// In any status.
    pub users: i64,
    /// All templates.
    pub templates: i64,
    /// In any status.
    pub workspaces: i64,
}
