//! Keeping what servers and agents hold in memory out of other processes' reach and out of core files.

use rustix::process::{DumpableBehavior, Resource, Rlimit, getrlimit, set_dumpable_behavior, setrlimit};

/// Makes this process neither dumpable nor able to leave a core file. What it starts is not touched by the former: the
/// flag is reset when another program is run.
pub fn harden() {
    if let Err(error) = set_dumpable_behavior(DumpableBehavior::NotDumpable) {
        tracing::warn!(%error, "cannot keep this process's memory from being dumped");
    }
    // The soft limit only: people's own programs may raise it again.
    let limit = Rlimit { current: Some(0), ..getrlimit(Resource::Core) };
    if let Err(error) = setrlimit(Resource::Core, limit) {
        tracing::warn!(%error, "cannot keep this process from leaving core files");
    }
}
