//! A deployment: one database, and the servers that share it.

use uuid::Uuid;

use crate::{Moment, OrganizationId};

/// The deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deployment {
    /// Tells this deployment from any other.
    pub id: Uuid,
    /// Its one organisation.
    pub organization: OrganizationId,
    /// When it was made.
    pub created_at: Moment,
}

/// How much of everything there is, without what was deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// User accounts.
    pub users: i64,
    /// Templates.
    pub templates: i64,
    /// Workspaces.
    pub workspaces: i64,
}
