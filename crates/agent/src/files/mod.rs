//! Secrets as files: a plan of what goes where, then the writes. Files are never deleted.

mod plan;
mod walk;
mod write;

use coder_wire::agent::{DeliveryWarning, Manifest};
pub use plan::resolve;
use plan::{Plan, plan};
pub use write::Written;

use crate::environment::Platform;

/// Writes every secret file of a manifest. What one fails at never stops the others; each failure is named.
pub fn deliver(manifest: &Manifest, home: Option<&str>) -> Vec<DeliveryWarning> {
    let Plan { writes, mut warnings } = plan(Platform::HERE, home, &manifest.secrets);
    for write in writes {
        match write::write(write.path.as_ref(), write.secret.value.expose().as_bytes()) {
            Ok(Written::Unchanged) => tracing::debug!(path = write.path, "secret file is up to date"),
            Ok(_) => tracing::debug!(path = write.path, "wrote secret file"),
            Err(problem) => warnings.push(DeliveryWarning {
                secret: write.secret.name.clone(),
                message: format!("cannot write {}: {problem}", write.path),
            }),
        }
    }
    warnings
}
