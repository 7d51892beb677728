//! Allocator tuning: return large blocks to the system at once.

/// Blocks from this size on are allocated with `mmap`, and unmapped when they are freed.
#[cfg(target_env = "gnu")]
const LARGE_BLOCK_BYTES: libc::c_int = 1024 * 1024;

/// Hashing a password takes 19 MiB for a moment. Without this, glibc raises its threshold with the first such block, and keeps
/// as much memory for good.
#[allow(unsafe_code)]
pub fn return_large_blocks() {
    #[cfg(target_env = "gnu")]
    // SAFETY: changes a setting of the allocator at startup, before other threads exist.
    let set = unsafe { libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE_BLOCK_BYTES) };
    #[cfg(target_env = "gnu")]
    if set != 1 {
        tracing::debug!("cannot tune the allocator");
    }
}
