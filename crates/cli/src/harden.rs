//! Keeping what servers and agents hold in memory out of other processes' reach and out of core files.

use nix::sys::resource::{Resource, setrlimit};

/// Makes this process neither dumpable nor able to leave a core file. What it starts is not touched by the former: the
/// flag is reset when another program is run.
pub fn harden() {
    if let Err(error) = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable) {
        tracing::warn!(%error, "cannot keep this process's memory from being dumped");
    }
    // The soft limit only: people's own programs may raise it again.
    let hard = nix::sys::resource::getrlimit(Resource::RLIMIT_CORE).map_or(0, |(_, hard)| hard);
    if let Err(error) = setrlimit(Resource::RLIMIT_CORE, 0, hard) {
        tracing::warn!(%error, "cannot keep this process from leaving core files");
    }
}
