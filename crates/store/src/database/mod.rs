//! The database: opening and migrating it, connections and transactions.

mod postgres;
mod sqlite;

use sqlx::{PgPool, SqlitePool};

use crate::{
    Result,
    transaction::{Begun, Pooled, ReadConnection, WriteTransaction},
};

/// A pool of connections to a migrated database. Cheap to clone.
#[derive(Clone)]
pub struct Database(Pools);

#[derive(Clone)]
enum Pools {
    /// SQLite has one writer at a time. A pool of one connection queues writers; its own lock would make them time out.
    Sqlite {
        write: SqlitePool,
        read: SqlitePool,
    },
    Postgres(PgPool),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// A file, used by one server process.
    Sqlite,
    /// Can be shared by several server processes.
    Postgres,
}

impl Database {
    #[must_use]
    pub const fn engine(&self) -> Engine {
        match &self.0 {
            Pools::Sqlite { .. } => Engine::Sqlite,
            Pools::Postgres(_) => Engine::Postgres,
        }
    }

    /// Takes a connection from the pool.
    ///
    /// # Errors
    /// Also when none becomes free within 10 seconds.
    pub async fn read(&self) -> Result<ReadConnection> {
        Ok(ReadConnection(match &self.0 {
            Pools::Sqlite { read, .. } => Pooled::Sqlite(read.acquire().await?),
            Pools::Postgres(pool) => Pooled::Postgres(pool.acquire().await?),
        }))
    }

    /// Begins a write transaction. On SQLite writers queue for the one write connection, in order of arrival.
    ///
    /// # Errors
    /// Also when no connection becomes free within 10 seconds.
    pub async fn write(&self) -> Result<WriteTransaction> {
        Ok(WriteTransaction(match &self.0 {
            Pools::Sqlite { write, .. } => Begun::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?),
            Pools::Postgres(pool) => Begun::Postgres(pool.begin().await?),
        }))
    }

    /// Closes every connection once it is idle. On SQLite this merges the write-ahead log back into the file.
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
