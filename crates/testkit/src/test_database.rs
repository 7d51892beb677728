//! A database for one test.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use coder_store::Database;
use sqlx::{Connection, PgConnection, Row, SqliteConnection};
use tempfile::TempDir;

/// The database engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// A file in the test's data directory.
    Sqlite,
    /// A new database in the cluster of this run.
    Postgres,
}

/// A data directory, and a PostgreSQL database if that is the engine.
pub struct TestDatabase {
    /// The data directory.
    pub dir: TempDir,
    /// The URL of the PostgreSQL database.
    pub postgres_url: Option<String>,
    /// A deployment key.
    pub key: String,
}

impl TestDatabase {
    /// Creates an empty database.
    pub async fn new(engine: Engine) -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let key = STANDARD.encode(rand::random::<[u8; 32]>());
        let postgres_url = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(create_database().await),
        };
        Self { dir, postgres_url, key }
    }

    /// Opens it with the store.
    pub async fn open(&self) -> Database {
        match &self.postgres_url {
            Some(url) => Database::open_postgres(url).await.expect("PostgreSQL opens"),
            None => Database::open_sqlite(&self.sqlite()).await.expect("SQLite opens"),
        }
    }

    fn sqlite(&self) -> std::path::PathBuf {
        self.dir.path().join("coder.db")
    }

    /// Runs a statement without the server. Returns the number of rows affected.
    pub async fn execute(&self, sql: &str) -> u64 {
        let sql = sqlx::AssertSqlSafe(sql.to_owned());
        match &self.postgres_url {
            Some(url) => {
                let mut connection = PgConnection::connect(url).await.expect("a connection");
                sqlx::query(sql).execute(&mut connection).await.expect("the statement runs").rows_affected()
            }
            None => {
                let mut connection = self.sqlite_connection().await;
                sqlx::query(sql).execute(&mut connection).await.expect("the statement runs").rows_affected()
            }
        }
    }

    /// Prevents servers from starting builds: new ones stay pending until [`Self::release_builds`].
    pub async fn hold_builds(&self) {
        self.execute(match &self.postgres_url {
            Some(_) => {
                "CREATE RULE hold_builds AS ON UPDATE TO workspace_builds
                 WHERE OLD.status = 'pending' AND NEW.status = 'running' DO INSTEAD NOTHING"
            }
            None => {
                "CREATE TRIGGER hold_builds BEFORE UPDATE ON workspace_builds
                 WHEN OLD.status = 'pending' AND NEW.status = 'running' BEGIN SELECT RAISE(IGNORE); END"
            }
        })
        .await;
    }

    /// Lets servers start builds again, from their next poll on.
    pub async fn release_builds(&self) {
        self.execute(match &self.postgres_url {
            Some(_) => "DROP RULE hold_builds ON workspace_builds",
            None => "DROP TRIGGER hold_builds",
        })
        .await;
    }

    /// Prepares a statement without running it, to check that the engine accepts it.
    pub async fn prepare(&self, sql: &'static str) -> Result<(), String> {
        use sqlx::Executor;
        match &self.postgres_url {
            Some(url) => {
                let mut connection = PgConnection::connect(url).await.expect("a connection");
                let sql = sqlx::SqlSafeStr::into_sql_str(sql);
                connection.prepare(sql).await.map(drop).map_err(|error| error.to_string())
            }
            None => {
                let mut connection = self.sqlite_connection().await;
                let sql = sqlx::SqlSafeStr::into_sql_str(sql);
                connection.prepare(sql).await.map(drop).map_err(|error| error.to_string())
            }
        }
    }

    /// A single number, read without the server.
    pub async fn number(&self, sql: &str) -> i64 {
        let sql = sqlx::AssertSqlSafe(sql.to_owned());
        match &self.postgres_url {
            Some(url) => {
                let mut connection = PgConnection::connect(url).await.expect("a connection");
                sqlx::query(sql).fetch_one(&mut connection).await.expect("a row").get(0)
            }
            None => {
                let mut connection = self.sqlite_connection().await;
                sqlx::query(sql).fetch_one(&mut connection).await.expect("a row").get(0)
            }
        }
    }

    /// The columns of each table, by its name.
    pub async fn columns(&self) -> BTreeMap<String, Vec<String>> {
        let sql = match &self.postgres_url {
            Some(_) => {
                "SELECT table_name || '.' || column_name FROM information_schema.columns
                 WHERE table_schema = 'public' AND table_name <> '_sqlx_migrations'
                 ORDER BY table_name, ordinal_position"
            }
            None => {
                "SELECT t.name || '.' || c.name FROM sqlite_master t, pragma_table_info(t.name) c
                 WHERE t.type = 'table' AND t.name NOT IN ('_sqlx_migrations', 'sqlite_sequence')
                 ORDER BY t.name, c.cid"
            }
        };
        let mut columns: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for pair in self.texts(sql).await {
            let (table, column) = pair.split_once('.').expect("a table and a column");
            columns.entry(table.to_owned()).or_default().push(column.to_owned());
        }
        columns
    }

    /// Every row of a table with these columns, as text and sorted. Bytes are hexadecimal.
    pub async fn rows(&self, table: &str, columns: &[String]) -> Vec<String> {
        let quote = if self.postgres_url.is_some() { "quote_nullable" } else { "quote" };
        let quoted: Vec<_> = columns.iter().map(|column| format!("{quote}(\"{column}\")")).collect();
        let mut rows = self.texts(&format!("SELECT {} FROM {table}", quoted.join(" || ' ' || "))).await;
        rows.sort();
        rows
    }

    /// A column of text, read without the server.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        let sql = sqlx::AssertSqlSafe(sql.to_owned());
        match &self.postgres_url {
            Some(url) => {
                let mut connection = PgConnection::connect(url).await.expect("a connection");
                sqlx::query_scalar(sql).fetch_all(&mut connection).await.expect("rows of text")
            }
            None => {
                let mut connection = self.sqlite_connection().await;
                sqlx::query_scalar(sql).fetch_all(&mut connection).await.expect("rows of text")
            }
        }
    }

    async fn sqlite_connection(&self) -> SqliteConnection {
        let url = format!("sqlite://{}", self.sqlite().display());
        SqliteConnection::connect(&url).await.expect("a connection")
    }
}

/// Creates a database and returns its URL. It is deleted with the cluster.
async fn create_database() -> String {
    let cluster = std::env::var("CODER_TEST_POSTGRES_URL").expect(
        "tests on PostgreSQL need a cluster: run them with `make test`, or `scripts/with-postgres.sh cargo test`",
    );
    let name = format!("test_{:032x}", rand::random::<u128>());
    let mut connection = PgConnection::connect(&cluster).await.expect("the cluster responds");
    let sql = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
    sqlx::query(sql).execute(&mut connection).await.expect("a new database");
    cluster.rsplit_once('/').map(|(server, _)| format!("{server}/{name}")).expect("a URL with a database")
}
