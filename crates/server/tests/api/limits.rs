use coder_testkit::{Api, on_both_engines};
use serde_json::json;

const SECRETS: &str = "/api/v2/users/me/secrets";

async fn add(user: &Api, name: &str, bytes: usize, env: Option<&str>) -> u16 {
    let body = json!({"name": name, "value": "v".repeat(bytes), "env_name": env.unwrap_or_default()});
    user.post(SECRETS, body).await.status
}

on_both_engines! {
    /// The guide's limits: 50 secrets.
    async fn total_secrets(server: TestServer) {
        let admin = server.admin().await;
        for n in 0..50 {
            assert_eq!(add(&admin, &format!("s{n}"), 1, None).await, 201);
        }
        let rejected = admin.post(SECRETS, json!({"name": "more", "value": "x"})).await;
        assert_eq!((rejected.status, rejected.message()), (400, "User secrets limit reached."));
        assert_eq!(rejected.detail(), "Each user can have at most 50 secrets.");
        assert!(rejected.validations().is_empty());
        admin.delete(&format!("{SECRETS}/s0")).await.expect(204);
        assert_eq!(add(&admin, "more", 1, None).await, 201);
        let alice = server.user(&admin, "alice").await;
        assert_eq!(add(&alice, "own", 1, None).await, 201, "others are not affected");
    }

    /// The guide's limits: 200 KiB of values, exactly, counted in raw bytes.
    async fn combined_value_bytes(server: TestServer) {
        let admin = server.admin().await;
        for n in 0..8 {
            assert_eq!(add(&admin, &format!("s{n}"), 24_576, None).await, 201);
        }
        let left = 204_800 - 8 * 24_576;
        let rejected = admin.post(SECRETS, json!({"name": "last", "value": "v".repeat(left + 1)})).await;
        assert_eq!((rejected.status, rejected.message()), (400, "User secrets value-bytes limit reached."));
        assert_eq!(
            rejected.detail(),
            "Stored bytes of your secret values exceed the per-user budget (204800 bytes after encryption, if \
             applicable). Reduce the size or number of your secrets."
        );
        assert_eq!(add(&admin, "last", left, None).await, 201);
        let grown = admin.patch(&format!("{SECRETS}/last"), json!({"value": "v".repeat(left + 1)})).await;
        assert_eq!(grown.message(), "User secrets value-bytes limit reached.");
        admin.patch(&format!("{SECRETS}/last"), json!({"value": "w".repeat(left)})).await.expect(200);
    }

    /// The guide's limits: 24 KiB of variables. A value of the maximum size with an env target fits.
    async fn combined_env_bytes(server: TestServer) {
        let admin = server.admin().await;
        assert_eq!(add(&admin, "full", 24_576, Some("FULL")).await, 201);
        let rejected = admin.post(SECRETS, json!({"name": "b", "value": "x", "env_name": "B"})).await;
        assert_eq!(rejected.message(), "Environment-injected user secrets bytes limit reached.");
        assert!(rejected.detail().ends_with("Clear env_name on large secrets or use file_path instead."));
        let file = json!({"name": "b", "value": "x", "file_path": "~/b"});
        admin.post(SECRETS, file).await.expect(201);
        let late = admin.patch(&format!("{SECRETS}/b"), json!({"env_name": "B"})).await;
        assert_eq!((late.status, late.message()), (400, "Environment-injected user secrets bytes limit reached."));
        // Disabled secrets count too.
        admin.patch(&format!("{SECRETS}/full"), json!({"enabled": false})).await.expect(200);
        admin.patch(&format!("{SECRETS}/b"), json!({"env_name": "B"})).await.expect(400);
        admin.patch(&format!("{SECRETS}/full"), json!({"env_name": ""})).await.expect(200);
        admin.patch(&format!("{SECRETS}/b"), json!({"env_name": "B"})).await.expect(200);
    }

    /// The guide's limits: 24 KiB for one value, counted in bytes, and 256 bytes for a variable's name.
    async fn one_value_and_its_name(server: TestServer) {
        let admin = server.admin().await;
        assert_eq!(add(&admin, "just", 24_576, None).await, 201);
        assert_eq!(add(&admin, "over", 24_577, None).await, 400);
        let wide = json!({"name": "wide", "value": "é".repeat(12_289)});
        admin.post(SECRETS, wide).await.expect(400);
        assert_eq!(add(&admin, "name", 1, Some(&"N".repeat(256))).await, 201);
        assert_eq!(add(&admin, "long", 1, Some(&"N".repeat(257))).await, 400);
    }

    /// Concurrent requests do not exceed a limit together.
    async fn concurrent_creates(server: TestServer) {
        let admin = server.admin().await;
        for n in 0..45 {
            assert_eq!(add(&admin, &format!("s{n}"), 1, None).await, 201);
        }
        let race = (0..50).map(|n| {
            let admin = admin.clone();
            tokio::spawn(async move { add(&admin, &format!("race{n}"), 10, None).await })
        });
        let mut created = 0;
        for response in race.collect::<Vec<_>>() {
            match response.await.unwrap() {
                201 => created += 1,
                status => assert_eq!(status, 400),
            }
        }
        assert_eq!(created, 5);
        assert_eq!(server.database.number("SELECT COUNT(*) FROM user_secrets").await, 50);
    }

    /// Of concurrent requests for one name one succeeds, and the others are conflicts.
    async fn concurrent_names(server: TestServer) {
        let admin = server.admin().await;
        let race = (0..20).map(|_| {
            let admin = admin.clone();
            tokio::spawn(async move { add(&admin, "same", 10, Some("SAME")).await })
        });
        let mut responses = Vec::new();
        for response in race.collect::<Vec<_>>() {
            responses.push(response.await.unwrap());
        }
        responses.sort_unstable();
        assert_eq!(responses[0], 201);
        assert!(responses[1..].iter().all(|status| *status == 409), "{responses:?}");
    }
}
