//! Secret files: a plan of what goes where, then the writes. Files are never deleted.

mod plan;
mod resolve;
mod write;

use coder_wire::agent::{DeliveryWarning, Manifest};
pub use plan::absolute_path;
use plan::{Plan, plan};
pub use write::WriteOutcome;

use crate::environment::Platform;

/// Writes all secret files of a manifest. Returns a warning for each one that fails; the others are still written.
pub fn deliver(manifest: &Manifest, home: Option<&str>) -> Vec<DeliveryWarning> {
    let Plan { files, mut warnings } = plan(Platform::CURRENT, home, &manifest.secrets);
    for file in files {
        match write::write(file.path.as_ref(), file.secret.value.expose().as_bytes()) {
            Ok(WriteOutcome::Unchanged) => tracing::debug!(path = file.path, "secret file is up to date"),
            Ok(_) => tracing::debug!(path = file.path, "wrote secret file"),
            Err(error) => warnings.push(DeliveryWarning {
                secret: file.secret.name.clone(),
                message: format!("cannot write {}: {error}", file.path),
            }),
        }
    }
    warnings
}
