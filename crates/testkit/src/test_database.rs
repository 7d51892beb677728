//! A database for one test.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use coder_store::Database;
use sqlx::{Connection, PgConnection, Row, SqliteConnection};
use tempfile::TempDir;

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// A file in a folder of the test's own.
    Sqlite,
    /// A database of the test's own in the cluster of this run.
    Postgres,
}

/// A data folder, and a PostgreSQL database where that is the engine.
pub struct TestDatabase {
    /// The data folder.
    pub folder: TempDir,
    /// The database's URL.
    pub postgres_url: Option<String>,
    /// A deployment key.
    pub key: String,
}

impl TestDatabase {
    /// A new one.
    pub async fn new(engine: Engine) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let key = STANDARD.encode(rand::random::<[u8; 32]>());
        let postgres_url = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(make_database().await),
        };
        Self { folder, postgres_url, key }
    }

    /// Opens it as the store does.
    pub async fn open(&self) -> Database {
        match &self.postgres_url {
            Some(url) => Database::open_postgres(url).await.expect("PostgreSQL opens"),
            None => Database::open_sqlite(&self.sqlite()).await.expect("SQLite opens"),
        }
    }

    fn sqlite(&self) -> std::path::PathBuf {
        self.folder.path().join("coder.db")
    }

    /// Runs a statement behind the server's back.
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

    /// Keeps servers from beginning with builds: those that are asked for wait, until [`Self::release_builds`].
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

    /// Lets servers begin with builds again, when they next look for some.
    pub async fn release_builds(&self) {
        self.execute(match &self.postgres_url {
            Some(_) => "DROP RULE hold_builds ON workspace_builds",
            None => "DROP TRIGGER hold_builds",
        })
        .await;
    }

    /// Prepares a statement without running it: whether the database understands it.
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

    /// One number, read behind the server's back.
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

    /// Every row of a table, these columns of it, as the engine writes them in text: bytes are hexadecimal. Sorted.
    pub async fn rows(&self, table: &str, columns: &[String]) -> Vec<String> {
        let quote = if self.postgres_url.is_some() { "quote_nullable" } else { "quote" };
        let quoted: Vec<_> = columns.iter().map(|column| format!("{quote}(\"{column}\")")).collect();
        let mut rows = self.texts(&format!("SELECT {} FROM {table}", quoted.join(" || ' ' || "))).await;
        rows.sort();
        rows
    }

    /// The text in each row, read behind the server's back.
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

/// A database of its own. It goes away with the cluster.
async fn make_database() -> String {
    let cluster = std::env::var("CODER_TEST_POSTGRES_URL").expect(
        "tests on PostgreSQL need a cluster: run them with `make test`, or `scripts/with-postgres.sh cargo test`",
    );
    let name = format!("test_{:032x}", rand::random::<u128>());
    let mut connection = PgConnection::connect(&cluster).await.expect("the cluster answers");
    let sql = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
    sqlx::query(sql).execute(&mut connection).await.expect("a new database");
    cluster.rsplit_once('/').map(|(server, _)| format!("{server}/{name}")).expect("a URL with a database")
}
