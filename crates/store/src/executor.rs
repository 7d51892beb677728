//! One query text for two engines: a query collects its values, then runs on the connection it is given.

use sqlx::{FromRow, Postgres, Sqlite, postgres::PgRow, sqlite::SqliteRow};
use uuid::Uuid;

use crate::{
    Error, Result,
    transaction::{Connection, Readable, WriteTransaction},
};

/// SQL that both engines understand: `$n` placeholders, no database clock, no dialect.
/// Created only by `statements!`, which lists it for the test that prepares every statement.
#[derive(Debug, Clone, Copy)]
pub struct Statement(pub(crate) &'static str);

impl Statement {
    #[must_use]
    pub const fn text(self) -> &'static str {
        self.0
    }

    /// Binds the first value.
    pub(crate) fn bind(self, value: impl Into<Value>) -> Query {
        Query { text: self.0, values: Vec::new() }.bind(value)
    }

    /// A query without parameters.
    pub(crate) const fn query(self) -> Query {
        Query { text: self.0, values: Vec::new() }
    }
}

/// Declares a table module's statements and the list of them.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $text:expr;)*) => {
        $($(#[$doc])* const $name: crate::executor::Statement = crate::executor::Statement($text);)*

        pub(crate) const STATEMENTS: &[crate::executor::Statement] = &[$($name),*];
    };
}
pub(crate) use statements;

/// A query parameter; `None` is NULL of that type.
#[derive(Clone)]
pub(crate) enum Value {
    Text(Option<String>),
    Int(Option<i64>),
    Bytes(Option<Vec<u8>>),
    Bool(Option<bool>),
    Uuid(Option<Uuid>),
}

macro_rules! into_value {
    ($($from:ty, $variant:ident, |$value:ident| $convert:expr;)*) => {$(
        impl From<$from> for Value {
            fn from($value: $from) -> Self { Self::$variant(Some($convert)) }
        }
        impl From<Option<$from>> for Value {
            fn from(value: Option<$from>) -> Self { Self::$variant(value.map(|$value| $convert)) }
        }
    )*};
}

into_value! {
    &str, Text, |value| value.to_owned();
    String, Text, |value| value;
    i64, Int, |value| value;
    coder_model::Moment, Int, |value| value.micros();
    &[u8], Bytes, |value| value.to_vec();
    Vec<u8>, Bytes, |value| value;
    bool, Bool, |value| value;
    Uuid, Uuid, |value| value;
}

macro_rules! ids_into_value {
    ($($id:ident),*) => {$(
        impl From<coder_model::$id> for Value {
            fn from(id: coder_model::$id) -> Self { Self::Uuid(Some(id.uuid())) }
        }
        impl From<Option<coder_model::$id>> for Value {
            fn from(id: Option<coder_model::$id>) -> Self { Self::Uuid(id.map(coder_model::$id::uuid)) }
        }
    )*};
}

ids_into_value!(
    UserId,
    OrganizationId,
    SecretId,
    FileId,
    TemplateId,
    TemplateVersionId,
    WorkspaceId,
    BuildId,
    AgentId,
    LogSourceId,
    AuditId
);

/// A row that decodes from both engines. `#[derive(sqlx::FromRow)]` implements it.
pub(crate) trait Row:
    for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{
}
impl<T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin> Row for T {}

/// A statement with its values.
pub(crate) struct Query {
    text: &'static str,
    values: Vec<Value>,
}

/// Binds the values to the engine's own query, then runs `$call` on its connection.
macro_rules! run {
    (@on $engine:ident, $connection:expr, $text:expr, $values:expr, $make:ident $(::<$row:ty>)?, $call:ident) => {{
        let mut query = sqlx::$make::<$engine $(, $row)?>($text);
        for value in $values {
            query = match value {
                Value::Text(value) => query.bind(value),
                Value::Int(value) => query.bind(value),
                Value::Bytes(value) => query.bind(value),
                Value::Bool(value) => query.bind(value),
                Value::Uuid(value) => query.bind(value),
            };
        }
        query.$call($connection).await?.into()
    }};
    ($query:expr, $connection:expr, $make:ident $(::<$row:ty>)?, $call:ident) => {{
        let Query { text, values } = $query;
        match $connection {
            Connection::Sqlite(sqlite) => {
                run!(@on Sqlite, sqlite, text, values, $make $(::<$row>)?, $call)
            }
            Connection::Postgres(postgres) => {
                run!(@on Postgres, postgres, text, values, $make $(::<$row>)?, $call)
            }
        }
    }};
}

/// What both engines return for a statement that writes.
struct RowsAffected(u64);

impl From<sqlx::sqlite::SqliteQueryResult> for RowsAffected {
    fn from(result: sqlx::sqlite::SqliteQueryResult) -> Self {
        Self(result.rows_affected())
    }
}

impl From<sqlx::postgres::PgQueryResult> for RowsAffected {
    fn from(result: sqlx::postgres::PgQueryResult) -> Self {
        Self(result.rows_affected())
    }
}

#[derive(sqlx::FromRow)]
struct CountRow {
    count: i64,
}

impl Query {
    /// Rejects text with a null byte: PostgreSQL cannot store it, and SQLite should not accept what PostgreSQL rejects.
    fn checked(self) -> Result<Self> {
        let has_null = |value: &Value| matches!(value, Value::Text(Some(text)) if text.contains('\0'));
        if self.values.iter().any(has_null) { Err(Error::NullByte) } else { Ok(self) }
    }

    /// Binds the next value.
    pub(crate) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Runs a statement that writes, however many rows it changes.
    pub(crate) async fn execute(self, write: &mut WriteTransaction) -> Result<()> {
        self.rows_affected(write).await.map(drop)
    }

    /// Runs a statement that writes; returns how many rows it changed.
    pub(crate) async fn rows_affected(self, write: &mut WriteTransaction) -> Result<u64> {
        let affected: RowsAffected = run!(self.checked()?, write.connection(), query, execute);
        Ok(affected.0)
    }

    /// Runs a statement that writes one row by its key; returns whether that row was there.
    pub(crate) async fn changes_row(self, write: &mut WriteTransaction) -> Result<bool> {
        Ok(self.rows_affected(write).await? == 1)
    }

    /// All rows.
    pub(crate) async fn all<R: Row>(self, reads: &mut impl Readable) -> Result<Vec<R>> {
        let rows: Vec<R> = run!(self.checked()?, reads.connection(), query_as::<R>, fetch_all);
        Ok(rows)
    }

    /// All rows, each as the model's type.
    pub(crate) async fn list<R: Row, T: TryFrom<R, Error = Error>>(
        self,
        reads: &mut impl Readable,
    ) -> Result<Vec<T>> {
        self.all(reads).await?.into_iter().map(T::try_from).collect()
    }

    /// The row, if there is one.
    pub(crate) async fn optional<R: Row>(self, reads: &mut impl Readable) -> Result<Option<R>> {
        let row: Option<R> = run!(self.checked()?, reads.connection(), query_as::<R>, fetch_optional);
        Ok(row)
    }

    /// The row as the model's type, if there is one.
    pub(crate) async fn find<R: Row, T: TryFrom<R, Error = Error>>(
        self,
        reads: &mut impl Readable,
    ) -> Result<Option<T>> {
        self.optional(reads).await?.map(T::try_from).transpose()
    }

    /// The row; its absence is an error.
    pub(crate) async fn one<R: Row>(self, reads: &mut impl Readable) -> Result<R> {
        let row: R = run!(self.checked()?, reads.connection(), query_as::<R>, fetch_one);
        Ok(row)
    }

    /// The result of `SELECT COUNT(*) AS count`.
    pub(crate) async fn count(self, reads: &mut impl Readable) -> Result<i64> {
        Ok(self.one::<CountRow>(reads).await?.count)
    }
}
