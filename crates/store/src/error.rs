//! What can go wrong in the database.

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong in the database.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A unique index refused a row. The name is the index's, the same on both engines.
    #[error("unique index {index} refused the row")]
    Conflict {
        /// The index.
        index: String,
    },
    /// A stored word, number or date is not one that this version knows.
    #[error("column {column} holds a value that this version does not know")]
    Unknown {
        /// The column.
        column: &'static str,
    },
    /// A text holds a null byte.
    #[error("text must not contain null bytes")]
    NullByte,
    /// The database could not be opened or brought up to date.
    #[error("cannot open the database: {0}")]
    Open(String),
    /// Everything else: connection lost, disk full, a statement that does not fit the schema.
    #[error("database error: {0}")]
    Database(#[source] sqlx::Error),
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match unique_index(&error) {
            Some(index) => Self::Conflict { index },
            None => Self::Database(error),
        }
    }
}

/// The name of the unique index that was violated, if that is what the error says.
///
/// PostgreSQL names the index. SQLite names an index on expressions, and the columns of any other
/// (`UNIQUE constraint failed: t.a, t.b`): indexes are called `table_columns_key`, so the name follows.
fn unique_index(error: &sqlx::Error) -> Option<String> {
    let error = error.as_database_error().filter(|error| error.is_unique_violation())?;
    if let Some(name) = error.constraint() {
        return Some(name.to_owned());
    }
    let violated = error.message().split_once("constraint failed: ")?.1;
    if let Some(name) = violated.strip_prefix("index ") {
        return Some(name.trim_matches('\'').to_owned());
    }
    let mut name = String::new();
    for (position, column) in violated.split(", ").enumerate() {
        let (table, column) = column.split_once('.')?;
        if position == 0 {
            name.push_str(table);
        }
        name.push('_');
        name.push_str(column);
    }
    name.push_str("_key");
    Some(name)
}
