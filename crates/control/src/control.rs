//! The state that all operations share.

use coder_crypto::KeyRing;
use coder_model::deployment::Deployment;
use coder_store::Database;

use crate::{
    Clock, Random,
    auth::{LoginThrottle, PasswordHasher},
    signals::Signals,
};

/// The use cases, on one database.
pub struct Control {
    pub(crate) database: Database,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) key_ring: KeyRing,
    pub(crate) deployment: Deployment,
    pub(crate) password_hasher: PasswordHasher,
    pub(crate) login_throttle: LoginThrottle,
    pub(crate) signals: Signals,
}

impl Control {
    #[must_use]
    pub fn deployment(&self) -> &Deployment {
        &self.deployment
    }

    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Whether several servers may share the database.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.database.engine() == coder_store::Engine::Postgres
    }

    /// Closes the database, once its connections are idle.
    pub async fn close(&self) {
        self.database.close().await;
    }
}
