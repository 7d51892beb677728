//! The database: opening it, bringing it up to date, lending connections.

mod postgres;
mod sqlite;

use sqlx::{PgPool, SqlitePool};

use crate::{
    Result,
    transaction::{Begun, Pooled, ReadConnection, WriteTransaction},
};

/// A database that is open and up to date. Cheap to clone.
#[derive(Clone)]
pub struct Database(Pools);

#[derive(Clone)]
enum Pools {
    /// One connection writes, the others read.
    Sqlite {
        write: SqlitePool,
        read: SqlitePool,
    },
    Postgres(PgPool),
}

/// Which engine a database runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// A file on this machine.
    Sqlite,
    /// A server, possibly shared by several of ours.
    Postgres,
}

impl Database {
    /// Which engine it runs on.
    #[must_use]
    pub const fn engine(&self) -> Engine {
        match &self.0 {
            Pools::Sqlite { .. } => Engine::Sqlite,
            Pools::Postgres(_) => Engine::Postgres,
        }
    }

    /// A connection for reading.
    ///
    /// # Errors
    /// When none can be had in time.
    pub async fn read(&self) -> Result<ReadConnection> {
        Ok(ReadConnection(match &self.0 {
            Pools::Sqlite { read, .. } => Pooled::Sqlite(read.acquire().await?),
            Pools::Postgres(pool) => Pooled::Postgres(pool.acquire().await?),
        }))
    }

    /// A write transaction. On SQLite writers queue for the one write connection, in order of arrival.
    ///
    /// # Errors
    /// When none can be had in time.
    pub async fn write(&self) -> Result<WriteTransaction> {
        Ok(WriteTransaction(match &self.0 {
            Pools::Sqlite { write, .. } => Begun::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?),
            Pools::Postgres(pool) => Begun::Postgres(pool.begin().await?),
        }))
    }

    /// Closes every connection once it is idle. On SQLite this folds the write-ahead log back into the file.
    pub async fn close(&self) {
        match &self.0 {
            Pools::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}
