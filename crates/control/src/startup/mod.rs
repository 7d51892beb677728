//! Opens a [`Control`] from its configuration.

mod keys;

use std::path::PathBuf;

use coder_crypto::KeyRing;
use coder_model::deployment::Deployment;
use coder_store::{Database, agents, data_keys, deployment};
pub use keys::KeySource;
use zeroize::Zeroizing;

use crate::{
    Clock, Control, Error, Random,
    auth::{LoginThrottle, PasswordHasher},
    signals::Signals,
};

/// In the data directory.
const DATABASE_FILE: &str = "coder.db";

#[derive(Clone)]
pub struct ControlConfig {
    /// For the SQLite database and the generated key.
    pub data_dir: PathBuf,
    /// May contain a password. SQLite in the data directory when absent.
    pub postgres_url: Option<Zeroizing<String>>,
    pub keys: KeySource,
    pub clock: Clock,
}

/// Why a [`Control`] cannot start. The text says what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum StartupError {
    /// The encryption keys are missing or unusable.
    #[error("{0}")]
    Keys(String),
    /// The database cannot be opened.
    #[error("{0}")]
    Database(#[from] coder_store::Error),
    /// Anything else.
    #[error("{0}")]
    Other(#[from] Error),
}

impl Control {
    /// Loads the encryption keys, opens and migrates the database, and creates the deployment if it is new. For the
    /// server's startup.
    ///
    /// # Errors
    /// [`StartupError`]; also when stored data needs an encryption key that is not configured.
    pub async fn start(config: ControlConfig) -> Result<Self, StartupError> {
        let ControlConfig { data_dir, postgres_url, keys, clock } = config;
        let path = data_dir.join(DATABASE_FILE);
        let key_ring = keys::load(&keys, &data_dir, &path, postgres_url.is_some())?;
        let database = match &postgres_url {
            Some(url) => Database::open_postgres(url).await?,
            None => Database::open_sqlite(&path).await?,
        };
        require_needed_keys(&database, &key_ring).await?;
        let random = Random::default();
        let deployment = find_or_create_deployment(&database, &clock, &random).await?;
        let password_hasher = PasswordHasher::new();
        let control = Self {
            database,
            clock,
            random,
            key_ring,
            deployment,
            password_hasher,
            login_throttle: LoginThrottle::default(),
            signals: Signals::default(),
        };
        if postgres_url.is_none() {
            // SQLite has one server: agent connections in the database are left from before it stopped.
            control.reset_connections().await?;
        }
        Ok(control)
    }

    async fn reset_connections(&self) -> Result<(), Error> {
        let mut write = self.database.write().await?;
        agents::record_disconnect_all(&mut write, self.clock.now()).await?;
        Ok(write.commit().await?)
    }
}

/// Fails if stored data needs a key that is not in the ring: some users' secrets could not be delivered.
async fn require_needed_keys(database: &Database, key_ring: &KeyRing) -> Result<(), StartupError> {
    let needed = data_keys::fingerprints(&mut database.read().await?).await?;
    let missing: Vec<String> = needed
        .into_iter()
        .map(|(fingerprint, _)| fingerprint)
        .filter(|fingerprint| !key_ring.contains(fingerprint))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let configured: Vec<String> = key_ring.fingerprints().map(ToString::to_string).collect();
    Err(StartupError::Keys(format!(
        "stored secrets need encryption keys that were not given: {}\nthe configured keys have the fingerprints {}; \
         add the missing ones after the first key, separated by commas",
        missing.join(", "),
        configured.join(", ")
    )))
}

async fn find_or_create_deployment(
    database: &Database,
    clock: &Clock,
    random: &Random,
) -> Result<Deployment, StartupError> {
    if let Some(found) = deployment::find(&mut database.read().await?).await? {
        return Ok(found);
    }
    let now = clock.now();
    let new = Deployment { id: random.id(now)?, organization: random.id(now)?.into(), created_at: now };
    let mut write = database.write().await?;
    deployment::insert(&mut write, new).await?;
    // Of several servers that start at once, one inserts its deployment: the row is what counts.
    let stored = deployment::find(&mut write).await?;
    write.commit().await?;
    Ok(stored.unwrap_or(new))
}
