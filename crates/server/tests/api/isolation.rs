use coder_testkit::{Api, on_both_engines};
use reqwest::Method;
use serde_json::json;

on_both_engines! {
    /// Secrets are for their owner only, not even for the deployment's owner.
    async fn secrets_are_for_their_owner_only(server: TestServer) {
        let admin = server.admin().await;
        let alice = server.user(&admin, "alice").await;
        let bob = server.user(&admin, "bob").await;
        alice.post("/api/v2/users/me/secrets", json!({"name": "k", "value": "canary"})).await.expect(201);
        for (who, statuses) in [(&admin, [403, 404]), (&bob, [404, 404])] {
            for path in ["/api/v2/users/alice/secrets", "/api/v2/users/alice/secrets/k"] {
                let read = who.get(path).await;
                assert_eq!(read.status, 404, "GET {path}");
                assert!(!read.text.contains("\"k\""));
            }
            let write = [
                who.post("/api/v2/users/alice/secrets", json!({"name": "x", "value": "x"})).await.status,
                who.post("/api/v2/users/alice/secrets/batch", json!({"format": "env", "content": "A=1"})).await.status,
                who.patch("/api/v2/users/alice/secrets/k", json!({"value": "x"})).await.status,
            ];
            assert!(write.iter().all(|status| *status == statuses[0]), "{write:?}");
            assert_eq!(who.delete("/api/v2/users/alice/secrets/k").await.status, statuses[1]);
        }
        let listed = alice.get("/api/v2/users/alice/secrets").await.expect(200);
        assert_eq!(listed.as_array().map(Vec::len), Some(1));
    }

    /// Browsers send the cookie with requests of other sites too, so a change must be same-origin.
    async fn cross_site_changes_are_rejected(server: TestServer) {
        let admin = server.admin().await;
        let cookie = format!("coder_session_token={}", admin.token.clone().unwrap());
        let call = |method: Method, origin: Option<(&'static str, &'static str)>| {
            let mut request = server.anonymous.request(method, "/api/v2/users/me/secrets").header("cookie", &cookie);
            if let Some((name, value)) = origin {
                request = request.header(name, value);
            }
            Api::send(request.json(&json!({"name": "k", "value": "x"})))
        };
        assert_eq!(call(Method::GET, None).await.status, 200);
        assert_eq!(call(Method::POST, None).await.status, 403);
        assert_eq!(call(Method::POST, Some(("origin", "https://evil.example"))).await.status, 403);
        assert_eq!(call(Method::POST, Some(("sec-fetch-site", "cross-site"))).await.status, 403);
        assert_eq!(call(Method::POST, Some(("sec-fetch-site", "same-origin"))).await.status, 201);
    }
}
