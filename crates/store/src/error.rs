//! Errors of this crate, and the name of the unique index that rejected a row.

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A unique index rejected the row. The index has the same name on both engines.
    #[error("unique index {index} rejected the row")]
    Conflict { index: String },
    /// A stored value that does not parse: the row is damaged, or was written by a newer version.
    #[error("column {column} holds a value that this version does not know")]
    Unknown { column: &'static str },
    #[error("text must not contain null bytes")]
    NullByte,
    /// Connecting or migrating failed.
    #[error("cannot open the database: {0}")]
    Open(String),
    /// Everything else, such as a lost connection or a full disk.
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

/// The name of the violated unique index, if that is the error.
///
/// PostgreSQL gives the name. SQLite gives it for an index on expressions, and for others only the columns
/// (`UNIQUE constraint failed: t.a, t.b`). The migrations name indexes `table_columns_key`, so the columns give the name.
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
