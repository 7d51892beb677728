//! Connections lent for reading and transactions for writing: two types, so that nothing mutates by accident.

use sqlx::{PgConnection, Postgres, Sqlite, SqliteConnection, Transaction, pool::PoolConnection};

use crate::Result;

/// A connection for reading. Each statement sees what was committed before it.
pub struct ReadConnection(pub(crate) Pooled);

pub(crate) enum Pooled {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

/// A write transaction. Dropped without [`WriteTransaction::commit`], it changes nothing.
///
/// On SQLite it holds the only write lock from its first moment; on PostgreSQL it holds the row locks it takes.
pub struct WriteTransaction(pub(crate) Begun);

pub(crate) enum Begun {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl WriteTransaction {
    /// Makes the changes durable. When this returns, they survive power loss.
    ///
    /// # Errors
    /// When the database refuses; then nothing was changed.
    pub async fn commit(self) -> Result<()> {
        match self.0 {
            Begun::Sqlite(transaction) => transaction.commit().await?,
            Begun::Postgres(transaction) => transaction.commit().await?,
        }
        Ok(())
    }
}

/// A connection of either engine, borrowed for one statement.
pub enum Connection<'c> {
    /// SQLite.
    Sqlite(&'c mut SqliteConnection),
    /// PostgreSQL.
    Postgres(&'c mut PgConnection),
}

/// What can run a query that only reads: a [`ReadConnection`], and a [`WriteTransaction`] that looks before it changes.
pub trait Readable: Send {
    /// The connection, for one statement.
    fn connection(&mut self) -> Connection<'_>;
}

impl Readable for ReadConnection {
    fn connection(&mut self) -> Connection<'_> {
        match &mut self.0 {
            Pooled::Sqlite(connection) => Connection::Sqlite(connection),
            Pooled::Postgres(connection) => Connection::Postgres(connection),
        }
    }
}

impl Readable for WriteTransaction {
    fn connection(&mut self) -> Connection<'_> {
        match &mut self.0 {
            Begun::Sqlite(transaction) => Connection::Sqlite(transaction),
            Begun::Postgres(transaction) => Connection::Postgres(transaction),
        }
    }
}
