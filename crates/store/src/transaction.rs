//! Connections for reading and transactions for writing: two types, so that a function that only reads cannot write.

use sqlx::{PgConnection, Postgres, Sqlite, SqliteConnection, Transaction, pool::PoolConnection};

use crate::Result;

/// A connection for reading, outside a transaction: each statement sees what was committed before it.
pub struct ReadConnection(pub(crate) Pooled);

pub(crate) enum Pooled {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

/// A write transaction. Dropping it without [`WriteTransaction::commit`] rolls it back.
///
/// On SQLite it holds the database's write lock from its start; on PostgreSQL, the locks of the rows it wrote.
pub struct WriteTransaction(pub(crate) Begun);

pub(crate) enum Begun {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl WriteTransaction {
    /// When this returns, the changes survive power loss.
    pub async fn commit(self) -> Result<()> {
        match self.0 {
            Begun::Sqlite(transaction) => transaction.commit().await?,
            Begun::Postgres(transaction) => transaction.commit().await?,
        }
        Ok(())
    }
}

pub enum Connection<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

/// What a query that only reads can run on: a [`ReadConnection`], or a [`WriteTransaction`] that reads before it writes.
pub trait Readable: Send {
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
