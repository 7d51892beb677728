use coder_testkit::on_both_engines;
use serde_json::json;

const SECRETS: &str = "/api/v2/users/me/secrets";

on_both_engines! {
    /// Reference: every endpoint; no response contains a value.
    async fn a_secret_from_create_to_delete(server: TestServer) {
        let admin = server.admin().await;
        assert_eq!(admin.get(SECRETS).await.expect(200), json!([]));
        let body = json!({"name": "api-key", "value": "canary-1", "description": "d", "env_name": "API_KEY",
            "file_path": "~/.key", "unknown": 1});
        let created = admin.post(SECRETS, body).await;
        assert_eq!(created.headers["content-type"], "application/json; charset=utf-8");
        let created = created.expect(201);
        let keys: Vec<_> = created.as_object().unwrap().keys().cloned().collect();
        assert_eq!(
            keys,
            ["created_at", "description", "enabled", "env_name", "file_path", "id", "name", "updated_at"]
        );
        let updated = admin.patch(&format!("{SECRETS}/api-key"), json!({"value": "canary-2"})).await.expect(200);
        assert_eq!((&updated["id"], &updated["created_at"]), (&created["id"], &created["created_at"]));
        assert!(updated["updated_at"].as_str() > created["updated_at"].as_str());
        let shown = admin.get(&format!("{SECRETS}/api-key")).await.expect(200);
        let listed = admin.get(SECRETS).await.expect(200);
        assert_eq!(listed, json!([shown]));
        for response in [&created, &updated, &shown, &listed] {
            assert!(!response.to_string().contains("canary"));
        }
        let deleted = admin.delete(&format!("{SECRETS}/api-key")).await;
        assert_eq!((deleted.status, deleted.text.as_str()), (204, ""));
        let missing = admin.delete(&format!("{SECRETS}/api-key")).await;
        assert_eq!(missing.message(), "Resource not found or you do not have access to this resource");
        missing.expect(404);
        admin.get(&format!("{SECRETS}/api-key")).await.expect(404);
        admin.patch(&format!("{SECRETS}/api-key"), json!({"value": "x"})).await.expect(404);
    }

    /// Reference 1.4: every field error at once, in order.
    async fn validation(server: TestServer) {
        let admin = server.admin().await;
        let body = json!({"name": " a/b", "value": "a\u{0}", "env_name": "1X", "file_path": "x"});
        let rejected = admin.post(SECRETS, body).await;
        assert_eq!((rejected.status, rejected.message()), (400, "Validation failed."));
        let fields: Vec<_> = rejected.validations().into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["name", "value", "env_name", "file_path"]);
        for (body, field, detail) in [
            (json!({"name": "  ", "value": "x"}), "name", "Name is required."),
            (json!({"name": "a ", "value": "x"}), "name", "Name must not have leading or trailing whitespace."),
            (json!({"name": "a?", "value": "x"}), "name", "Name must not contain /, ?, or #."),
            (json!({"name": "a", "value": ""}), "value", "Value is required."),
            (json!({"name": "a"}), "value", "Value is required."),
            (json!({"name": "a", "value": "x".repeat(24577)}), "value", "secret value must not exceed 24576 bytes"),
            (json!({"name": "a", "value": "x", "env_name": "A".repeat(257)}), "env_name",
                "environment variable name must not exceed 256 bytes"),
            (json!({"name": "a", "value": "x", "env_name": "path"}), "env_name",
                "PATH is a reserved environment variable name"),
            (json!({"name": "a", "value": "x", "env_name": "coder_x"}), "env_name",
                "environment variable names starting with CODER_ are reserved for internal use"),
            (json!({"name": "a", "value": "x", "env_name": "git_x"}), "env_name",
                "environment variables starting with GIT_ are reserved"),
            (json!({"name": "a", "value": "x", "file_path": "~user/x"}), "file_path",
                "file path must start with ~/ or /"),
        ] {
            let rejected = admin.post(SECRETS, body).await;
            assert_eq!(rejected.validations(), [(field.to_owned(), detail.to_owned())]);
        }
        admin.post(SECRETS, json!({"name": "a", "value": "x"})).await.expect(201);
        let empty = admin.patch(&format!("{SECRETS}/a"), json!({"unknown": 1})).await;
        assert_eq!((empty.status, empty.message()), (400, "At least one field must be provided."));
        admin.patch(&format!("{SECRETS}/a"), json!({"value": ""})).await.expect(200);
        assert_eq!(server.database.number("SELECT COUNT(*) FROM audit_log WHERE resource_type = 'user_secret'").await, 2);
    }

    /// The guide: a secret without a target is stored, enabled or not.
    async fn targets_and_enabled(server: TestServer) {
        let admin = server.admin().await;
        let plain = admin.post(SECRETS, json!({"name": "plain", "value": "x"})).await.expect(201);
        assert_eq!((&plain["enabled"], &plain["env_name"], &plain["file_path"]), (&json!(true), &json!(""), &json!("")));
        let off = json!({"name": "off", "value": "x", "env_name": "OFF", "enabled": false});
        assert_eq!(admin.post(SECRETS, off).await.expect(201)["enabled"], false);
        let path = format!("{SECRETS}/off");
        let on = admin.patch(&path, json!({"enabled": true, "env_name": "", "file_path": "~/off"})).await.expect(200);
        assert_eq!((&on["enabled"], &on["env_name"], &on["file_path"]), (&json!(true), &json!(""), &json!("~/off")));
        let cleared = admin.patch(&path, json!({"file_path": ""})).await.expect(200);
        assert_eq!((&cleared["enabled"], &cleared["file_path"]), (&json!(true), &json!("")));
    }

    /// Reference 1.6: compared as written, per user.
    async fn uniqueness(server: TestServer) {
        let admin = server.admin().await;
        let alice = server.user(&admin, "alice").await;
        let one = json!({"name": "one", "value": "x", "env_name": "ONE", "file_path": "~/one"});
        admin.post(SECRETS, one.clone()).await.expect(201);
        alice.post(SECRETS, one).await.expect(201);
        for (body, field, detail) in [
            (json!({"name": "one", "value": "x", "env_name": "ONE"}), "name", "Name is already in use."),
            (json!({"name": "two", "value": "x", "env_name": "ONE"}), "env_name",
                "Environment variable name is already in use."),
            (json!({"name": "two", "value": "x", "file_path": "~/one"}), "file_path", "File path is already in use."),
        ] {
            let rejected = admin.post(SECRETS, body).await;
            assert_eq!((rejected.status, rejected.message()), (409, "Validation failed."));
            assert_eq!(rejected.validations(), [(field.to_owned(), detail.to_owned())]);
        }
        let two = json!({"name": "One", "value": "x", "env_name": "one", "file_path": "~/one/"});
        admin.post(SECRETS, two).await.expect(201);
        let rejected = admin.patch(&format!("{SECRETS}/One"), json!({"env_name": "ONE"})).await;
        assert_eq!((rejected.status, rejected.validations()[0].0.as_str()), (409, "env_name"));
        admin.patch(&format!("{SECRETS}/One"), json!({"env_name": "one"})).await.expect(200);
    }

    /// Any name round-trips in URLs, and lists are sorted by name.
    async fn names(server: TestServer) {
        let admin = server.admin().await;
        for (name, segment) in [("50%", "50%25"), ("a b", "a%20b"), ("grüße 👋", "gr%C3%BC%C3%9Fe%20%F0%9F%91%8B"), ("<&>", "%3C%26%3E")] {
            admin.post(SECRETS, json!({"name": name, "value": "x"})).await.expect(201);
            let shown = admin.get(&format!("{SECRETS}/{segment}")).await;
            assert!(!shown.text.contains(['<', '>', '&']), "markup is escaped: {}", shown.text);
            assert_eq!(shown.expect(200)["name"], name);
        }
        let listed = admin.get(SECRETS).await.expect(200);
        let names: Vec<_> = listed.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["50%", "<&>", "a b", "grüße 👋"]);
        for odd in ["%ff", "a%2fb", "%2e%2e", "%252e%252e", "a%00b", "x%0ay"] {
            let response = admin.get(&format!("{SECRETS}/{odd}")).await;
            assert!((400..500).contains(&response.status), "{odd}: {}", response.status);
        }
    }

    /// Reference 1.12: the audit log has users and actions, and no values.
    async fn audit(server: TestServer) {
        let admin = server.admin().await;
        admin.post(SECRETS, json!({"name": "k", "value": "canary-1", "env_name": "K"})).await.expect(201);
        admin.patch(&format!("{SECRETS}/k"), json!({"value": "canary-2", "env_name": "L"})).await.expect(200);
        admin.delete(&format!("{SECRETS}/k")).await.expect(204);
        for (action, status) in [("create", 201), ("write", 200), ("delete", 204)] {
            let sql = format!(
                "SELECT COUNT(*) FROM audit_log WHERE resource_type = 'user_secret' AND resource_target = 'k'
                 AND action = '{action}' AND status_code = {status} AND diff LIKE '%\"value\":%\"secret\":true%'"
            );
            assert_eq!(server.database.number(&sql).await, 1, "{action}");
        }
        assert_eq!(server.database.number("SELECT COUNT(*) FROM audit_log WHERE diff LIKE '%canary%'").await, 0);
    }
}
