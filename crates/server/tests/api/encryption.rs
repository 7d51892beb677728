use std::fs;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use coder_control::{Clock, KeySource};
use coder_testkit::{Engine, Place, World, on_both_engines};
use serde_json::json;

const SECRETS: &str = "/api/v2/users/me/secrets";
const CANARY: &str = "canary-7d1f0c2e";

/// No byte of a value is in the database file, its log, or anything else in the data folder.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_on_disk_is_plain() {
    let world = World::start(Engine::Sqlite).await;
    let admin = world.admin().await;
    for n in 0..20 {
        let body =
            json!({"name": format!("s{n}"), "value": format!("{CANARY}-{n}"), "env_name": format!("S{n}")});
        admin.post(SECRETS, body).await.expect(201);
    }
    admin.patch(&format!("{SECRETS}/s0"), json!({"value": format!("{CANARY}-again")})).await.expect(200);
    let look = |place: &Place| {
        let mut looked = 0;
        for entry in fs::read_dir(place.folder.path()).unwrap() {
            let bytes = fs::read(entry.unwrap().path()).unwrap_or_default();
            looked += bytes.len();
            assert!(!bytes.windows(CANARY.len()).any(|window| window == CANARY.as_bytes()));
        }
        assert!(looked > 10_000, "the database was looked at");
    };
    look(&world.place);
    look(&world.stop().await);
}

on_both_engines! {
    /// Stored bytes are raw bytes: sealing takes nothing from the caps.
    async fn stored_bytes_are_raw_bytes(world: World) {
        let admin = world.admin().await;
        admin.post(SECRETS, json!({"name": "k", "value": "v".repeat(1000)})).await.expect(201);
        assert_eq!(world.place.number("SELECT CAST(length(value_ciphertext) AS BIGINT) FROM user_secrets").await, 1000);
    }
}

/// A server does not start without a key that stored data needs, and names it by fingerprint.
async fn refuses_without_its_key(engine: Engine) {
    let world = World::start(engine).await;
    let admin = world.admin().await;
    admin.post(SECRETS, json!({"name": "k", "value": "v"})).await.expect(201);
    let place = world.stop().await;
    let other = STANDARD.encode([9_u8; 32]);
    let mut config = World::config(&place, Clock::default());
    config.keys = KeySource::Inline(other.clone().into());
    let said = coder_server::bind(config.clone()).await.err().expect("refused").to_string();
    assert!(said.contains("stored secrets need encryption keys that were not given"), "{said}");
    assert!(!said.contains(&other), "keys are named by fingerprint only");

    // The old key beside a new first one: everything opens, and is brought under the new one.
    let old = match engine {
        Engine::Postgres => place.key.clone(),
        Engine::Sqlite => {
            fs::read_to_string(place.folder.path().join("encryption.key")).unwrap().trim().to_owned()
        }
    };
    let before = place.number("SELECT COUNT(DISTINCT key_fingerprint) FROM data_keys").await;
    assert_eq!(before, 1);
    config.keys = KeySource::Inline(format!("{other},{old}").into());
    let started = coder_server::bind(config.clone()).await.unwrap();
    let control = &started.state().control;
    assert_eq!(control.rewrap_data_keys().await.unwrap(), 1);
    assert_eq!(control.rewrap_data_keys().await.unwrap(), 0);
    control.close().await;
    drop(started);
    config.keys = KeySource::Inline(other.into());
    coder_server::bind(config).await.expect("the old key is not needed any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_needed_and_rotate_sqlite() {
    refuses_without_its_key(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_needed_and_rotate_postgres() {
    refuses_without_its_key(Engine::Postgres).await;
}

/// PostgreSQL without a key, SQLite without the key it had: refused, with what to do.
#[tokio::test(flavor = "multi_thread")]
async fn no_key_no_start() {
    let place = Place::new(Engine::Postgres).await;
    let mut config = World::config(&place, Clock::default());
    config.keys = KeySource::Auto;
    let said = coder_server::bind(config).await.err().expect("refused").to_string();
    assert!(said.contains("CODER_EXTERNAL_TOKEN_ENCRYPTION_KEYS"), "{said}");

    let place = World::start(Engine::Sqlite).await.stop().await;
    fs::remove_file(place.folder.path().join("encryption.key")).unwrap();
    let said =
        coder_server::bind(World::config(&place, Clock::default())).await.err().expect("refused").to_string();
    assert!(said.contains("backup"), "{said}");
    assert!(!place.folder.path().join("encryption.key").exists());
}

/// A second server on the same folder is refused.
#[tokio::test(flavor = "multi_thread")]
async fn one_server_a_folder() {
    let world = World::start(Engine::Sqlite).await;
    let config = World::config(&world.place, Clock::default());
    let said = coder_server::bind(config.clone()).await.err().expect("refused").to_string();
    assert!(said.contains("another coder server") && said.contains("--data-dir"), "{said}");
    let _place = world.stop().await;
    coder_server::bind(config).await.expect("free again");
}
