use std::{collections::BTreeMap, fs, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use coder_control::{Clock, KeySource};
use coder_testkit::{Canary, Engine, TestDatabase, TestServer, on_both_engines};
use serde_json::json;

use crate::workspaces::{built, template};

const SECRETS: &str = "/api/v2/users/me/secrets";

/// The secrets in the manifest of a workspace's agent, by name.
async fn delivered(server: &TestServer, agent: &str) -> BTreeMap<String, String> {
    let control = &server.state.control;
    let session = control.authenticate_agent(agent).await.expect("the agent's token is known");
    let manifest = control.manifest(&session).await.expect("a manifest");
    manifest.secrets.iter().map(|secret| (secret.name.to_string(), secret.value.to_string())).collect()
}

on_both_engines! {
    /// No byte of a value is in the database, its log, or anything else in the data directory, in any form.
    async fn nothing_on_disk_is_plain(server: TestServer) {
        let admin = server.admin().await;
        let canary = Canary::new("canary7d1f0c2e");
        for n in 0..20 {
            let body = json!({
                "name": format!("s{n}"), "value": format!("{}-{n}", canary.value()), "env_name": format!("S{n}"),
            });
            admin.post(SECRETS, body).await.expect(201);
        }
        admin.patch(&format!("{SECRETS}/s0"), json!({"value": format!("{}-again", canary.value())})).await.expect(200);
        admin.delete(&format!("{SECRETS}/s1")).await.expect(204);
        let is_sqlite = server.database.postgres_url.is_none();
        let search = async |database: &TestDatabase| {
            canary.assert_not_in_rows(database).await;
            let searched = canary.assert_not_below(database.dir.path(), &[]);
            assert!(searched.files > 0 && (searched.bytes > 100_000 || !is_sqlite), "{searched:?}");
        };
        search(&server.database).await;
        search(&server.stop().await).await;
    }

    /// A ciphertext is as long as its value, so encryption does not count towards the limits.
    async fn ciphertexts_are_as_long_as_values(server: TestServer) {
        let admin = server.admin().await;
        admin.post(SECRETS, json!({"name": "k", "value": "v".repeat(1000)})).await.expect(201);
        assert_eq!(server.database.number("SELECT CAST(length(value_ciphertext) AS BIGINT) FROM user_secrets").await, 1000);
    }

    /// A server does not start without a key that stored data needs, and names it by fingerprint. A new primary key replaces
    /// the old one while the server runs: what was encrypted before is delivered during and after it.
    async fn keys_are_needed_and_rotate(server: TestServer) {
        let admin = server.admin().await;
        let token = admin.token.clone().unwrap();
        admin.post(SECRETS, json!({"name": "before", "value": "value one", "env_name": "A"})).await.expect(201);
        let template = template(&admin, "vm", "[external]").await;
        let body = json!({"name": "dev", "template_id": template["id"]});
        let workspace = admin.post("/api/v2/users/me/workspaces", body).await.expect(201);
        built(&admin, &workspace["latest_build"]["id"]).await;
        let credentials =
            format!("/api/v2/workspaces/{}/external-agent/main/credentials", workspace["id"].as_str().unwrap());
        let agent = admin.get(&credentials).await.expect(200)["agent_token"].as_str().unwrap().to_owned();
        assert_eq!(delivered(&server, &agent).await, BTreeMap::from([("before".into(), "value one".into())]));

        let database = server.stop().await;
        let wrapped = "SELECT DISTINCT key_fingerprint FROM data_keys";
        let [old_name] = <[String; 1]>::try_from(database.texts(wrapped).await).unwrap();
        let old = match database.postgres_url {
            Some(_) => database.key.clone(),
            None => fs::read_to_string(database.dir.path().join("encryption.key")).unwrap().trim().to_owned(),
        };
        let new = STANDARD.encode([9_u8; 32]);
        let with = |keys: String| {
            let mut config = TestServer::config(&database, Clock::default());
            config.keys = KeySource::Inline(keys.into());
            config
        };
        let (new_only, old_only, both) = (with(new.clone()), with(old.clone()), with(format!("{new},{old}")));
        let message = coder_server::bind(new_only.clone()).await.err().expect("an error").to_string();
        assert!(message.contains("stored secrets need encryption keys that were not given"), "{message}");
        assert!(message.contains(&old_name) && !message.contains(&new) && !message.contains(&old), "by fingerprint only: {message}");

        let server = TestServer::serve(database, both).await;
        let admin = server.anonymous.with_token(&token);
        admin.post(SECRETS, json!({"name": "during", "value": "value two", "env_name": "B"})).await.expect(201);
        let all = BTreeMap::from([("before".into(), "value one".into()), ("during".into(), "value two".into())]);
        assert_eq!(delivered(&server, &agent).await, all);
        let renamed = format!("SELECT COUNT(*) FROM data_keys WHERE key_fingerprint <> '{old_name}'");
        let rotation = async {
            while server.database.number(&renamed).await != 1 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), rotation).await.expect("the data key is wrapped by the new key");
        assert_eq!(server.database.number("SELECT COUNT(*) FROM data_keys").await, 1);
        assert_eq!(delivered(&server, &agent).await, all);

        let database = server.stop().await;
        let message = coder_server::bind(old_only).await.err().expect("an error").to_string();
        assert!(message.contains("stored secrets need encryption keys that were not given"), "{message}");
        let server = TestServer::serve(database, new_only).await;
        assert_eq!(delivered(&server, &agent).await, all, "the old key is no longer needed");
        let admin = server.anonymous.with_token(&token);
        assert_eq!(admin.get(&credentials).await.expect(200)["agent_token"], agent, "the agent's token is decrypted as well");
        admin.patch(&format!("{SECRETS}/before"), json!({"value": "value three"})).await.expect(200);
        assert_eq!(delivered(&server, &agent).await["before"], "value three");
    }
}

/// PostgreSQL without a key, and SQLite without its key file: the error says what to do.
#[tokio::test(flavor = "multi_thread")]
async fn server_refuses_to_start_without_key() {
    let database = TestDatabase::new(Engine::Postgres).await;
    let mut config = TestServer::config(&database, Clock::default());
    config.keys = KeySource::Auto;
    let message = coder_server::bind(config).await.err().expect("an error").to_string();
    assert!(message.contains("CODER_EXTERNAL_TOKEN_ENCRYPTION_KEYS"), "{message}");

    let database = TestServer::start(Engine::Sqlite).await.stop().await;
    fs::remove_file(database.dir.path().join("encryption.key")).unwrap();
    let message = coder_server::bind(TestServer::config(&database, Clock::default()))
        .await
        .err()
        .expect("an error")
        .to_string();
    assert!(message.contains("backup"), "{message}");
    assert!(!database.dir.path().join("encryption.key").exists());
}

/// A data directory is locked by its server.
#[tokio::test(flavor = "multi_thread")]
async fn data_directory_is_locked() {
    let server = TestServer::start(Engine::Sqlite).await;
    let config = TestServer::config(&server.database, Clock::default());
    let message = coder_server::bind(config.clone()).await.err().expect("an error").to_string();
    assert!(message.contains("another coder server") && message.contains("--data-dir"), "{message}");
    let _database = server.stop().await;
    coder_server::bind(config).await.expect("the lock is released");
}
