//! Opening an SQLite file.

use std::{path::Path, time::Duration};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::{Database, Pools};
use crate::{Error, Result};

/// Readers beside the one writer. Queries take microseconds; more connections only cost memory.
const READERS: u32 = 4;
/// How long a request waits for a connection before it fails.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

impl Database {
    /// Opens the file at `path`, creating it with mode 0600, and applies missing migrations.
    ///
    /// # Errors
    /// [`Error::Open`] when the file cannot be opened, is not a database, or was migrated by a newer version.
    pub async fn open_sqlite(path: &Path) -> Result<Self> {
        create_private(path).map_err(|error| Error::Open(format!("{}: {error}", path.display())))?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            // Syncs the log at each commit, so that a committed write survives power loss.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5));
        let open_error = |error: sqlx::Error| Error::Open(format!("{}: {error}", path.display()));
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .connect_with(options.clone())
            .await
            .map_err(open_error)?;
        sqlx::migrate!("./migrations/sqlite")
            .run(&write)
            .await
            .map_err(|error| Error::Open(format!("{}: {error}", path.display())))?;
        let read = SqlitePoolOptions::new()
            .max_connections(READERS)
            .min_connections(1)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .test_before_acquire(false)
            .connect_with(options.read_only(true))
            .await
            .map_err(open_error)?;
        Ok(Self(Pools::Sqlite { write, read }))
    }
}

/// Creates the file, if missing, as readable by its owner only from the start; SQLite gives its log files the same mode.
fn create_private(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}
