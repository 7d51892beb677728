//! Who may see, build and change a workspace.

use coder_model::user::Role;

use super::WorkspaceWithBuild;
use crate::{Caller, Error, Result};

/// Owners of the workspace and of the deployment may see and build it. What is in it is its owner's alone.
pub(super) fn check_access(caller: &Caller, overview: &WorkspaceWithBuild) -> Result<()> {
    if overview.workspace.owner == caller.id() || caller.has_any(&[Role::Owner]) {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}
