use coder_testkit::{Api, on_both_engines};
use reqwest::Method;
use serde_json::json;

on_both_engines! {
    /// Nobody reads or changes another's secrets: not a user, not the deployment's owner.
    async fn secrets_are_their_owners(world: World) {
        let admin = world.admin().await;
        let alice = world.user(&admin, "alice").await;
        let bob = world.user(&admin, "bob").await;
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

    /// Nothing but health, build information and the ways in is there for callers without a token.
    async fn strangers_get_nowhere(world: World) {
        world.admin().await;
        let id = "00000000-0000-0000-0000-000000000000";
        let open = ["/healthz", "/api/v2/buildinfo", "/api/v2/users/authmethods", "/api/v2/users/first", "/api/v2/users/login"];
        let document = serde_json::to_value(coder_server::router::openapi()).unwrap();
        let mut tried = 0;
        for (path, methods) in document["paths"].as_object().unwrap() {
            if open.contains(&path.as_str()) {
                continue;
            }
            let mut real = path.clone();
            for name in ["user", "name", "number", "workspace", "build", "agent", "template", "version", "organization", "id"] {
                let value = if matches!(name, "user" | "name" | "organization") { "me" } else if name == "number" { "1" } else { id };
                real = real.replace(&format!("{{{name}}}"), value);
            }
            for method in methods.as_object().unwrap().keys() {
                let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
                let status = Api::send(world.nobody.request(method.clone(), &real).json(&json!({}))).await.status;
                assert_eq!(status, 401, "{method} {real}");
                tried += 1;
            }
        }
        assert!(tried > 40, "{tried}");
        let agent = Api::send(world.nobody.request(Method::GET, "/api/v2/workspaceagents/me/rpc?version=1")
            .header("connection", "upgrade").header("upgrade", "websocket")
            .header("sec-websocket-version", "13").header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="));
        assert_eq!(agent.await.status, 401);
    }

    /// A cookie is sent by any page: what changes something needs our own.
    async fn cookies_and_other_sites(world: World) {
        let admin = world.admin().await;
        let cookie = format!("coder_session_token={}", admin.token.clone().unwrap());
        let call = |method: Method, origin: Option<(&'static str, &'static str)>| {
            let mut request = world.nobody.request(method, "/api/v2/users/me/secrets").header("cookie", &cookie);
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
