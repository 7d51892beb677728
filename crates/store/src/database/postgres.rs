//! Opening a PostgreSQL database.

use std::{str::FromStr, time::Duration};

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::{Database, Pools};
use crate::{Error, Result};

/// Connections per server process. PostgreSQL allows 100 in all by default.
const CONNECTIONS: u32 = 20;
/// How long a request waits for a connection before it fails.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);
/// Connections are replaced after this long, so that a fail-over or a moved address is noticed.
const MAX_LIFETIME: Duration = Duration::from_secs(30 * 60);

impl Database {
    /// Connects to `url` and applies missing migrations, under an advisory lock: several servers may start at once.
    ///
    /// # Errors
    /// [`Error::Open`] when the URL is invalid, the server cannot be reached, or the database was migrated by a newer
    /// version. Its text never contains the password of the URL.
    pub async fn open_postgres(url: &str) -> Result<Self> {
        let options = PgConnectOptions::from_str(url)
            .map_err(|_| Error::Open("the PostgreSQL URL is not valid".to_owned()))?
            .application_name("coder");
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .max_lifetime(MAX_LIFETIME)
            .connect_with(options)
            .await
            .map_err(|error| Error::Open(error.to_string()))?;
        sqlx::migrate!("./migrations/postgres")
            .run(&pool)
            .await
            .map_err(|error| Error::Open(error.to_string()))?;
        Ok(Self(Pools::Postgres(pool)))
    }
}
