//! How the server's memory is given back.

/// Blocks of this many bytes and more come from the system and go back to it.
#[cfg(target_env = "gnu")]
const LARGE_BLOCK_BYTES: libc::c_int = 1024 * 1024;

/// Has large blocks given back to the system as soon as they are free. Hashing a password takes 19 MiB for a moment; the
/// allocator would learn from the first one to keep as much for good.
#[allow(unsafe_code)]
pub fn return_large_blocks() {
    #[cfg(target_env = "gnu")]
    // SAFETY: changes a setting of the allocator, at the start, before other threads are there.
    let set = unsafe { libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE_BLOCK_BYTES) };
    #[cfg(target_env = "gnu")]
    if set != 1 {
        tracing::debug!("the allocator keeps its own settings");
    }
}
