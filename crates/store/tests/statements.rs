//! Both databases accept every statement, and transactions are atomic.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use coder_store::{Error, STATEMENTS, users};
use coder_testkit::{Engine, TestDatabase};

async fn prepare_all(engine: Engine) {
    let database = TestDatabase::new(engine).await;
    database.open().await.close().await;
    let mut count = 0;
    for (module, statements) in STATEMENTS {
        for statement in *statements {
            let prepared = database.prepare(statement.text()).await;
            assert_eq!(prepared, Ok(()), "{module}: {}", statement.text());
            count += 1;
        }
    }
    assert!(count > 80, "only {count} statements were found");
}

#[tokio::test]
async fn sqlite_accepts_every_statement() {
    prepare_all(Engine::Sqlite).await;
}

#[tokio::test]
async fn postgres_accepts_every_statement() {
    prepare_all(Engine::Postgres).await;
}

/// A commit persists what was written, a drop does not; a conflict names the unique index.
async fn commits_and_conflicts(engine: Engine) {
    let database = TestDatabase::new(engine).await;
    let database = database.open().await;
    let user = |name: &str| coder_model::user::User {
        id: uuid::Uuid::from_u128(u128::from(name.as_bytes()[0])).into(),
        username: coder_model::user::Username::parse(name).unwrap(),
        email: coder_model::user::Email::parse(&format!("{name}@example.com")).unwrap(),
        name: String::new(),
        status: coder_model::user::UserStatus::Active,
        roles: coder_model::user::Roles::default(),
        created_at: coder_model::Moment::from_micros(1),
        updated_at: coder_model::Moment::from_micros(1),
        last_seen_at: None,
    };
    let mut write = database.write().await.unwrap();
    users::insert(&mut write, &user("dropped"), "").await.unwrap();
    drop(write);
    assert!(!users::any(&mut database.read().await.unwrap()).await.unwrap());

    let mut write = database.write().await.unwrap();
    users::insert(&mut write, &user("kept"), "").await.unwrap();
    write.commit().await.unwrap();
    let found = users::find_by_username(&mut database.read().await.unwrap(), "KEPT").await.unwrap();
    assert_eq!(found.map(|user| user.username.to_string()).as_deref(), Some("kept"));

    let mut again = user("kept");
    again.id = uuid::Uuid::from_u128(1).into();
    again.email = coder_model::user::Email::parse("other@example.com").unwrap();
    let mut write = database.write().await.unwrap();
    match users::insert(&mut write, &again, "").await {
        Err(Error::Conflict { index }) => assert_eq!(index, "users_username_key"),
        other => panic!("{other:?}"),
    }
    drop(write);
    database.close().await;
}

#[tokio::test]
async fn sqlite_commits_and_conflicts() {
    commits_and_conflicts(Engine::Sqlite).await;
}

#[tokio::test]
async fn postgres_commits_and_conflicts() {
    commits_and_conflicts(Engine::Postgres).await;
}
