//! The status of the deployment, for its owners.

use coder_model::deployment::Counts;
use coder_store::{Engine, data_keys, deployment};

use crate::{Caller, Control, Result, permissions::require};

#[derive(Debug, Clone)]
pub struct DeploymentStatus {
    /// Name of the database engine.
    pub engine: &'static str,
    /// The configured encryption keys, the primary key first.
    pub keys: Vec<KeyUse>,
    pub counts: Counts,
}

/// An encryption key of the deployment and how much depends on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyUse {
    /// Identifies the key without revealing it.
    pub fingerprint: String,
    /// Whether it is the key that encrypts; the others only decrypt.
    pub is_primary: bool,
    /// Number of users' data keys that it wraps.
    pub data_keys: i64,
}

impl Control {
    /// The status of the deployment. For owners.
    ///
    /// # Errors
    /// [`Error::Forbidden`](crate::Error::Forbidden) for other callers.
    pub async fn deployment_status(&self, caller: &Caller) -> Result<DeploymentStatus> {
        require(caller.can_see_deployment())?;
        let mut read = self.database.read().await?;
        let wrapped_by = data_keys::fingerprints(&mut read).await?;
        let keys = self.key_ring.fingerprints().map(|fingerprint| {
            let wrapped = wrapped_by.iter().find(|(known, _)| known == fingerprint.as_str());
            KeyUse {
                fingerprint: fingerprint.to_string(),
                is_primary: fingerprint == self.key_ring.primary(),
                data_keys: wrapped.map_or(0, |(_, count)| *count),
            }
        });
        Ok(DeploymentStatus {
            engine: match self.database.engine() {
                Engine::Sqlite => "SQLite",
                Engine::Postgres => "PostgreSQL",
            },
            keys: keys.collect(),
            counts: deployment::counts(&mut read).await?,
        })
    }
}
