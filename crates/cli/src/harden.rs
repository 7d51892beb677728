//! Protects the memory of servers and agents from other processes, and from core files.

use rustix::process::{DumpableBehavior, Resource, Rlimit, getrlimit, set_dumpable_behavior, setrlimit};

/// Makes this process neither dumpable nor able to write a core file. Executing another program resets the former.
pub fn harden() {
    if let Err(error) = set_dumpable_behavior(DumpableBehavior::NotDumpable) {
        tracing::warn!(%error, "cannot make this process non-dumpable");
    }
    // Only the soft limit: programs in workspaces may raise it again.
    let limit = Rlimit { current: Some(0), ..getrlimit(Resource::Core) };
    if let Err(error) = setrlimit(Resource::Core, limit) {
        tracing::warn!(%error, "cannot disable core files");
    }
}
