//! Migrations keep the data of every earlier version.
//!
//! For each migration this directory has the rows that its version added (`0001_initial.sql`), and a module that reads them
//! back through the store. A new migration fails these tests until it has both.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod deliveries;
mod initial;
mod ways_in;

use std::{collections::BTreeMap, fs, path::Path};

use coder_store::Database;
use coder_testkit::{Engine, TestDatabase};
use sqlx::{
    Connection as _, PgConnection, SqliteConnection,
    migrate::Migrator,
    sqlite::{SqliteConnectOptions, SqliteJournalMode},
};

/// The migrations of an engine, by file name, in order.
fn migrations(engine: Engine) -> Vec<String> {
    let directory = match engine {
        Engine::Sqlite => "sqlite",
        Engine::Postgres => "postgres",
    };
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(directory);
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The rows that a migration's version adds.
fn data(migration: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/migrations").join(migration);
    fs::read_to_string(&path)
        .unwrap_or_else(|_| panic!("{} must have rows as this version writes them", path.display()))
}

/// Reads back the rows of [`data`].
async fn read_back(migration: &str, database: &Database) {
    let mut read = database.read().await.unwrap();
    match migration {
        "0001_initial.sql" => initial::read_back(&mut read).await,
        "0002_ways_in.sql" => ways_in::read_back(&mut read).await,
        "0003_deliveries.sql" => deliveries::read_back(&mut read).await,
        other => panic!("tests/migrations must read the rows of {other} back"),
    }
}

/// Creates a database of an earlier version: each migration, followed by its rows.
async fn fill(database: &TestDatabase, engine: Engine, versions: &[String]) {
    for (version, migration) in (1..).zip(versions) {
        assert!(migration.starts_with(&format!("{version:04}_")), "{migration} is not number {version}");
        let rows = data(migration);
        match engine {
            Engine::Sqlite => {
                let options = SqliteConnectOptions::new()
                    .filename(database.dir.path().join("coder.db"))
                    .create_if_missing(true)
                    .journal_mode(SqliteJournalMode::Wal);
                let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
                sqlx::migrate!("./migrations/sqlite").run_to(version, &mut connection).await.unwrap();
                let rows = rows.replace("uuid '", "X'").replace("bytea '\\x", "X'");
                sqlx::raw_sql(sqlx::AssertSqlSafe(rows)).execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }
            Engine::Postgres => {
                let url = database.postgres_url.as_deref().unwrap();
                let mut connection = PgConnection::connect(url).await.unwrap();
                let migrations: Migrator = sqlx::migrate!("./migrations/postgres");
                migrations.run_to(version, &mut connection).await.unwrap();
                sqlx::raw_sql(sqlx::AssertSqlSafe(rows)).execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }
        }
    }
}

/// Every row of these columns, as text.
async fn rows(
    database: &TestDatabase,
    columns: &BTreeMap<String, Vec<String>>,
) -> BTreeMap<String, Vec<String>> {
    let mut all = BTreeMap::new();
    for (table, columns) in columns {
        all.insert(table.clone(), database.rows(table, columns).await);
    }
    all
}

async fn data_survives(engine: Engine) {
    let migrations = migrations(engine);
    for migration in &migrations {
        assert!(data(migration).contains("INSERT INTO "), "{migration}");
    }
    for version in 1..=migrations.len() {
        let versions = &migrations[..version];
        let database = TestDatabase::new(engine).await;
        fill(&database, engine, versions).await;
        let columns = database.columns().await;
        for (table, columns) in &columns {
            for column in columns {
                let count = database.number(&format!("SELECT COUNT(\"{column}\") FROM {table}")).await;
                assert!(count > 0, "no row of version {version} has a value in {table}.{column}");
            }
        }
        let before = rows(&database, &columns).await;

        let migrated = database.open().await;
        for migration in versions {
            read_back(migration, &migrated).await;
        }
        migrated.close().await;
        assert_eq!(rows(&database, &columns).await, before, "from version {version}");
        let applied = database.number("SELECT COUNT(*) FROM _sqlx_migrations").await;
        // Adding a file does not recompile the macro that reads the directory.
        assert_eq!(
            usize::try_from(applied),
            Ok(migrations.len()),
            "coder-store was compiled with fewer migrations"
        );
    }
}

#[tokio::test]
async fn data_of_every_version_survives_its_migrations_sqlite() {
    data_survives(Engine::Sqlite).await;
}

#[tokio::test]
async fn data_of_every_version_survives_its_migrations_postgres() {
    data_survives(Engine::Postgres).await;
}

#[test]
fn both_dialects_have_the_same_migrations() {
    let names = migrations(Engine::Sqlite);
    assert_eq!(names, migrations(Engine::Postgres));
    assert!(!names.is_empty());
}

/// The database of a newer version is not opened.
async fn is_rejected(engine: Engine) {
    let database = TestDatabase::new(engine).await;
    database.open().await.close().await;
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                 VALUES (9999, 'newer', TRUE, CAST('x' AS ";
    let bytes = match engine {
        Engine::Sqlite => "BLOB), 0)",
        Engine::Postgres => "BYTEA), 0)",
    };
    database.execute(&format!("{newer}{bytes}")).await;
    let error = match &database.postgres_url {
        Some(url) => Database::open_postgres(url).await.err(),
        None => Database::open_sqlite(&database.dir.path().join("coder.db")).await.err(),
    };
    let error = error.map(|error| error.to_string()).unwrap_or_default();
    assert!(error.contains("9999"), "{error:?}");
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_rejected_sqlite() {
    is_rejected(Engine::Sqlite).await;
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_rejected_postgres() {
    is_rejected(Engine::Postgres).await;
}
