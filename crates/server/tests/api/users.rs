use coder_testkit::{Api, PASSWORD, on_both_engines};
use serde_json::json;

on_both_engines! {
    /// Reference: the first user is created once, whichever request comes first.
    async fn the_first_user(server: TestServer) {
        let first = server.anonymous.get("/api/v2/users/first").await;
        assert_eq!((first.status, first.message()), (404, "The initial user has not been created!"));

        let weak = json!({"username": "admin", "email": "admin@example.com", "password": "short"});
        let rejected = server.anonymous.post("/api/v2/users/first", weak).await;
        assert_eq!((rejected.status, rejected.message()), (400, "Password is invalid"));
        assert_eq!(rejected.validations()[0].0, "password");
        let bad = server.anonymous.post("/api/v2/users/first", json!({"username": "a b", "email": "x"})).await;
        let fields: Vec<_> = bad.validations().into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["username", "email"], "all field errors at once");

        let race = (0..8).map(|n| {
            let anonymous = server.anonymous.clone();
            let body = json!({"username": format!("u{n}"), "email": format!("u{n}@example.com"), "password": PASSWORD});
            tokio::spawn(async move { anonymous.post("/api/v2/users/first", body).await.status })
        });
        let mut created = 0;
        for response in race.collect::<Vec<_>>() {
            match response.await.unwrap() {
                201 => created += 1,
                status => assert_eq!(status, 409),
            }
        }
        assert_eq!(created, 1);
        assert_eq!(server.database.number("SELECT COUNT(*) FROM users").await, 1);
        server.anonymous.get("/api/v2/users/first").await.expect(200);
    }

    /// Reference X-09: the same response for an unknown address and a wrong password.
    async fn log_in_and_out(server: TestServer) {
        let admin = server.admin().await;
        for (email, password) in [("admin@example.com", "wrong password"), ("nobody@example.com", PASSWORD)] {
            let rejected =
                server.anonymous.post("/api/v2/users/login", json!({"email": email, "password": password})).await;
            assert_eq!((rejected.status, rejected.message()), (401, "Incorrect email or password."));
        }
        let me = admin.get("/api/v2/users/me").await.expect(200);
        assert_eq!(me["username"], "admin");
        assert_eq!(me["roles"][0]["name"], "owner");

        admin.post("/api/v2/users/logout", json!({})).await.expect(200);
        let out = admin.get("/api/v2/users/me").await;
        assert_eq!(out.status, 401);
        assert_eq!(out.message(), "You are signed out or your session has expired. Please sign in again to continue.");
        assert_eq!(out.detail(), "API key is invalid.");
        assert!(out.headers.contains_key("www-authenticate"));
        for token in ["", "x", "0123456789-0123456789012345678901"] {
            assert_eq!(server.anonymous.with_token(token).get("/api/v2/users/me").await.status, 401, "{token}");
        }
    }

    async fn roles_and_status_of_users(server: TestServer) {
        let admin = server.admin().await;
        let alice = server.user(&admin, "alice").await;
        let taken = json!({"username": "ALICE", "email": "other@example.com", "password": PASSWORD});
        let rejected = admin.post("/api/v2/users", taken).await;
        assert_eq!((rejected.status, rejected.validations()[0].0.as_str()), (409, "username"));
        alice.post("/api/v2/users", json!({})).await.expect(403);

        let all = admin.get("/api/v2/users").await.expect(200);
        assert_eq!(all["count"], 2);
        let own = alice.get("/api/v2/users").await.expect(200);
        assert_eq!((own["count"].clone(), own["users"][0]["username"].clone()), (json!(1), json!("alice")));
        assert_eq!(admin.get("/api/v2/users?q=bad:x").await.message(), "Invalid user search query.");
        alice.get("/api/v2/users/admin").await.expect(404);

        admin.put("/api/v2/users/alice/status/suspend", json!({})).await.expect(200);
        assert_eq!(alice.get("/api/v2/users/me").await.status, 401);
        let rejected = server
            .anonymous
            .post("/api/v2/users/login", json!({"email": "alice@example.com", "password": PASSWORD}))
            .await;
        assert_eq!(rejected.message(), "Your account is suspended. Contact an admin to reactivate your account.");
        admin.put("/api/v2/users/alice/status/activate", json!({})).await.expect(200);
        let alice = server.login("alice@example.com").await;

        admin.put("/api/v2/users/admin/status/suspend", json!({})).await.expect(400);
        let last = admin.put("/api/v2/users/admin/roles", json!({"roles": []})).await;
        assert_eq!(last.message(), "The last owner must stay.");
        let roles = admin.put("/api/v2/users/alice/roles", json!({"roles": ["user-admin"]})).await.expect(200);
        assert_eq!(roles["roles"][0]["name"], "user-admin");
        let unknown = admin.put("/api/v2/users/alice/roles", json!({"roles": ["root"]})).await;
        assert_eq!((unknown.status, unknown.validations()[0].0.as_str()), (400, "roles"));
        // A user administrator cannot take over an owner's account.
        alice.put("/api/v2/users/admin/password", json!({"password": PASSWORD})).await.expect(403);
        alice.put("/api/v2/users/alice/roles", json!({"roles": ["owner"]})).await.expect(403);

        admin.delete("/api/v2/users/alice").await.expect(200);
        assert_eq!(alice.get("/api/v2/users/me").await.status, 401);
        server.user(&admin, "alice").await.get("/api/v2/users/me").await.expect(200);
    }

    /// New names are validated like the first ones, and the audit log has the old ones.
    async fn profiles(server: TestServer) {
        let admin = server.admin().await;
        let alice = server.user(&admin, "alice").await;
        let bob = server.user(&admin, "bob").await;
        let to = |username: &str, name: &str| json!({"username": username, "name": name});

        let changed = alice.put("/api/v2/users/me/profile", to("alice", " Alice Liddell ")).await.expect(200);
        assert_eq!((changed["username"].clone(), changed["name"].clone()), (json!("alice"), json!("Alice Liddell")));
        assert_eq!(alice.get("/api/v2/users/me").await.expect(200)["name"], "Alice Liddell");
        let rejected = alice.put("/api/v2/users/me/profile", to("a b", "x\u{7}")).await;
        let fields: Vec<_> = rejected.validations().into_iter().map(|(field, _)| field).collect();
        assert_eq!((rejected.status, fields), (400, vec!["username".to_owned(), "name".to_owned()]));
        let rejected = alice.put("/api/v2/users/me/profile", to("BOB", "")).await;
        assert_eq!((rejected.status, rejected.validations()[0].0.as_str()), (409, "username"));

        bob.put("/api/v2/users/alice/profile", to("mallory", "")).await.expect(404);
        admin.put("/api/v2/users/alice/profile", to("alice-l", "Alice")).await.expect(200);
        alice.get("/api/v2/users/alice-l").await.expect(200);
        admin.put("/api/v2/users/bob/roles", json!({"roles": ["user-admin"]})).await.expect(200);
        bob.put("/api/v2/users/alice-l/profile", to("alice", "Alice")).await.expect(200);
        bob.put("/api/v2/users/admin/profile", to("root", "")).await.expect(403);
        let entries = "SELECT COUNT(*) FROM audit_log WHERE resource_target IN ('alice', 'alice-l') AND action = 'write' \
                       AND diff LIKE '%\"old\":\"alice%'";
        assert_eq!(server.database.number(entries).await, 2);
    }

    /// A new password revokes all other sessions and tokens.
    async fn passwords(server: TestServer) {
        let admin = server.admin().await;
        let alice = server.user(&admin, "alice").await;
        let other = server.login("alice@example.com").await;
        let body = json!({"old_password": "not this one", "password": "another password"});
        let rejected = alice.put("/api/v2/users/me/password", body).await;
        assert_eq!(rejected.validations(), [("old_password".into(), "Old password is incorrect.".into())]);
        let body = json!({"old_password": PASSWORD, "password": "another password"});
        alice.put("/api/v2/users/me/password", body).await.expect(204);
        alice.get("/api/v2/users/me").await.expect(200);
        assert_eq!(other.get("/api/v2/users/me").await.status, 401);
        let login = json!({"email": "alice@example.com", "password": "another password"});
        server.anonymous.post("/api/v2/users/login", login).await.expect(201);
    }

    /// Reference.
    async fn tokens(server: TestServer) {
        let admin = server.admin().await;
        let hour = 3_600_000_000_000_i64;
        let path = "/api/v2/users/me/keys/tokens";
        let created = admin.post(path, json!({"token_name": "ci", "lifetime": hour})).await.expect(201);
        let plain = created["key"].as_str().unwrap().to_owned();
        assert!(plain.len() == 33 && plain.as_bytes()[10] == b'-', "id and secret");
        let token = admin.with_token(&plain);
        token.get("/api/v2/users/me").await.expect(200);
        let bearer = server.anonymous.request(reqwest::Method::GET, "/api/v2/users/me").bearer_auth(&plain);
        Api::send(bearer).await.expect(200);
        let in_url = format!("/api/v2/users/me?coder_session_token={plain}");
        assert_eq!(server.anonymous.get(&in_url).await.status, 401, "never in a URL");

        let again = admin.post(path, json!({"token_name": "ci"})).await;
        assert_eq!((again.status, again.validations()[0].0.as_str()), (409, "token_name"));
        let long = admin.post(path, json!({"token_name": "x", "lifetime": hour * 24 * 400})).await;
        assert_eq!((long.status, long.validations()[0].0.as_str()), (400, "lifetime"));

        let listed = admin.get(path).await.expect(200);
        assert_eq!(listed.as_array().unwrap().len(), 1, "sessions are not listed");
        assert_eq!(listed[0]["lifetime_seconds"], 3600);
        assert!(!listed.to_string().contains(plain.split_once('-').unwrap().1));

        admin.delete("/api/v2/users/me/keys/ci?expire=true").await.expect(204);
        assert!(token.get("/api/v2/users/me").await.detail().starts_with("API key expired at "));
        assert_eq!(admin.get(path).await.expect(200), json!([]));
        assert_eq!(admin.get(&format!("{path}?include_expired=true")).await.expect(200)[0]["token_name"], "ci");
        admin.delete("/api/v2/users/me/keys/ci").await.expect(204);
        admin.get("/api/v2/users/me/keys/ci").await.expect(404);
    }
}
