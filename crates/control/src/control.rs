//! The state that every operation works on.

use coder_store::{
    Database,
    deployment::{self, Deployment},
};

use crate::{Clock, Random, Result};

/// The use cases, on one database. Shared by all requests.
pub struct Control {
    pub(crate) database: Database,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) deployment: Deployment,
}

/// What a [`Control`] is made of.
pub struct Parts {
    /// The database, open and up to date.
    pub database: Database,
    /// The source of the time.
    pub clock: Clock,
    /// The source of randomness and identifiers.
    pub random: Random,
}

impl Control {
    /// Makes the use cases ready, and the deployment if the database is new.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn open(parts: Parts) -> Result<Self> {
        let Parts { database, clock, random } = parts;
        let deployment = find_or_make_deployment(&database, &clock, &random).await?;
        Ok(Self { database, clock, random, deployment })
    }

    /// The deployment.
    #[must_use]
    pub fn deployment(&self) -> &Deployment {
        &self.deployment
    }

    /// Closes the database once it is idle.
    pub async fn close(&self) {
        self.database.close().await;
    }
}

async fn find_or_make_deployment(database: &Database, clock: &Clock, random: &Random) -> Result<Deployment> {
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
