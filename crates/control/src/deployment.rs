//! The deployment at a glance, for its owners.

use coder_model::deployment::Counts;
use coder_store::{Engine, data_keys, deployment};

use crate::{Caller, Control, Result, permissions::require};

/// What the owners of a deployment look at.
#[derive(Debug, Clone)]
pub struct DeploymentStatus {
    /// What the database runs on.
    pub engine: &'static str,
    /// Every key that the server was given, the one that seals first.
    pub keys: Vec<KeyUse>,
    /// How much of everything there is.
    pub counts: Counts,
}

/// A key of the deployment, by name, and what depends on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyUse {
    /// Names the key without telling it.
    pub fingerprint: String,
    /// Whether new data is sealed with it.
    pub seals: bool,
    /// How many users' data keys it wraps.
    pub data_keys: i64,
}

impl Control {
    /// The deployment at a glance.
    ///
    /// # Errors
    /// [`Error::Forbidden`](crate::Error::Forbidden) for whoever does not own it.
    pub async fn deployment_overview(&self, caller: &Caller) -> Result<DeploymentStatus> {
        require(caller.can_see_deployment())?;
        let mut read = self.database.read().await?;
        let used = data_keys::fingerprints(&mut read).await?;
        let keys = self.key_ring.fingerprints().map(|fingerprint| {
            let wrapped = used.iter().find(|(known, _)| known == fingerprint.as_str());
            KeyUse {
                fingerprint: fingerprint.to_string(),
                seals: fingerprint == self.key_ring.primary(),
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
