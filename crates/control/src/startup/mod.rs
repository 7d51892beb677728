//! From a data folder, a database and keys to a [`Control`] that is ready.

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

/// The name of the SQLite file in the data folder.
const DATABASE_FILE: &str = "coder.db";

/// What a [`Control`] is made of.
#[derive(Clone)]
pub struct ControlConfig {
    /// SQLite database and generated key.
    pub data_dir: PathBuf,
    /// A PostgreSQL URL; SQLite in the data folder when not given. Holds a password.
    pub postgres_url: Option<Zeroizing<String>>,
    /// Where the deployment keys are.
    pub keys: KeySource,
    /// The source of the time.
    pub clock: Clock,
}

/// Why a [`Control`] cannot be made ready. The text says what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum StartupError {
    /// The encryption keys are missing or unusable.
    #[error("{0}")]
    Keys(String),
    /// The database cannot be opened.
    #[error("{0}")]
    Database(#[from] coder_store::Error),
    /// Something else is in the way.
    #[error("{0}")]
    Other(#[from] Error),
}

impl Control {
    /// Finds the keys, opens the database and brings it up to date, and makes the deployment if it is new.
    ///
    /// # Errors
    /// The first thing that stands in the way, and what to do about it; among them stored data that needs a key
    /// that was not given.
    pub async fn start(config: ControlConfig) -> Result<Self, StartupError> {
        let ControlConfig { data_dir, postgres_url, keys, clock } = config;
        let path = data_dir.join(DATABASE_FILE);
        let ring = keys::load(&keys, &data_dir, &path, postgres_url.is_some())?;
        let database = match &postgres_url {
            Some(url) => Database::open_postgres(url).await?,
            None => Database::open_sqlite(&path).await?,
        };
        require_needed_keys(&database, &ring).await?;
        let random = Random::default();
        let deployment = find_or_make_deployment(&database, &clock, &random).await?;
        let password_hasher = PasswordHasher::new();
        let control = Self {
            database,
            clock,
            random,
            key_ring: ring,
            deployment,
            password_hasher,
            login_throttle: LoginThrottle::default(),
            signals: Signals::default(),
        };
        if postgres_url.is_none() {
            // Nobody else can hold a connection to an agent: whatever says so is left from an earlier life.
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

/// Every key that stored data needs must be in the ring, or some users' secrets would silently not arrive.
async fn require_needed_keys(database: &Database, ring: &KeyRing) -> Result<(), StartupError> {
    let needed = data_keys::fingerprints(&mut database.read().await?).await?;
    let missing: Vec<String> = needed
        .into_iter()
        .map(|(fingerprint, _)| fingerprint)
        .filter(|needed| !ring.contains(needed))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let given: Vec<String> = ring.fingerprints().map(ToString::to_string).collect();
    Err(StartupError::Keys(format!(
        "stored secrets need encryption keys that were not given: {}\nthe keys given have the fingerprints {}; add the \
         missing ones after the first key, separated by commas",
        missing.join(", "),
        given.join(", ")
    )))
}

async fn find_or_make_deployment(
    database: &Database,
    clock: &Clock,
    random: &Random,
) -> Result<Deployment, StartupError> {
    if let Some(found) = deployment::find(&mut database.read().await?).await? {
        return Ok(found);
    }
    let now = clock.now();
    let made = Deployment { id: random.id(now)?, organization: random.id(now)?.into(), created_at: now };
    let mut write = database.write().await?;
    deployment::insert(&mut write, made).await?;
    let kept = deployment::find(&mut write).await?;
    write.commit().await?;
    Ok(kept.unwrap_or(made))
}
