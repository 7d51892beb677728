use coder_testkit::on_both_engines;
use serde_json::json;

const SECRETS: &str = "/api/v2/users/me/secrets";
const BATCH: &str = "/api/v2/users/me/secrets/batch";

on_both_engines! {
    /// Reference: keys become names, and variables if they are valid ones.
    async fn a_file_is_imported(server: TestServer) {
        let admin = server.admin().await;
        let body = json!({"format": "env", "content": "B_KEY=2\nMY-TOKEN='x'\nA_KEY=\"a\\nb\"\n"});
        let created = admin.post(BATCH, body.clone()).await.expect(201);
        let rows: Vec<_> = created
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (one["name"].as_str().unwrap(), one["env_name"].as_str().unwrap(), one["enabled"].as_bool()))
            .collect();
        assert_eq!(
            rows,
            [("B_KEY", "B_KEY", Some(true)), ("MY-TOKEN", "", Some(true)), ("A_KEY", "A_KEY", Some(true))],
            "in file order"
        );
        assert_eq!(server.database.number("SELECT COUNT(*) FROM audit_log WHERE resource_type = 'user_secret'").await, 3);
        let again = admin.post(BATCH, body).await;
        assert_eq!((again.status, again.message()), (409, "Some secrets already exist."));
        assert_eq!(
            again.validations(),
            [
                ("secrets[0].name".into(), "Secret \"B_KEY\" on line 1: Name is already in use.".into()),
                ("secrets[1].name".into(), "Secret \"MY-TOKEN\" on line 2: Name is already in use.".into()),
                ("secrets[2].name".into(), "Secret \"A_KEY\" on line 3: Name is already in use.".into()),
            ]
        );
    }

    /// Reference: all or nothing, with every error.
    async fn a_file_with_errors_is_rejected(server: TestServer) {
        let admin = server.admin().await;
        let send = async |format: &str, content: String| {
            admin.post(BATCH, json!({"format": format, "content": content})).await
        };
        let parse = send("env", "A=1\nnothing".into()).await;
        assert_eq!((parse.status, parse.message()), (400, "Failed to parse secrets file."));
        assert_eq!(parse.detail(), "line 2: expected KEY=VALUE but found no '='");
        assert_eq!(send("", "A=1".into()).await.detail(), "a secrets file format is required");
        assert_eq!(send("toml", "A=1".into()).await.detail(), "unknown secrets file format \"toml\"");
        let large = send("env", "#".repeat(1_048_577)).await;
        assert_eq!(large.detail(), "secrets file exceeds the maximum allowed size of 1048576 bytes");

        let invalid = send("json", json!({"GOOD": "1", "EMPTY": "", "a/b": "1"}).to_string()).await;
        assert_eq!((invalid.status, invalid.message()), (400, "Validation failed."));
        let fields: Vec<_> = invalid.validations();
        assert!(fields.contains(&("secrets[0].value".into(), "Secret \"EMPTY\": Value is required.".into())) ||
            fields.contains(&("secrets[1].value".into(), "Secret \"EMPTY\": Value is required.".into())), "{fields:?}");
        assert_eq!(fields.len(), 2);

        for n in 0..48 {
            admin.post(SECRETS, json!({"name": format!("s{n}"), "value": "x"})).await.expect(201);
        }
        let count = send("env", "A=1\nB=1\nC=1\n".into()).await;
        assert_eq!((count.status, count.message()), (400, "User secrets limit reached."));
        assert_eq!(count.detail(), "You have 48 of 50 secrets and this file contains 3, so remove at least 1.");
        let bytes = send("env", format!("A={}\nB=x\n", "v".repeat(24_576))).await;
        assert_eq!(bytes.status, 400);
        assert!(bytes.detail().starts_with("Entry secrets[1] (\"B\" on line 2): Stored bytes of env-injected"), "{}", bytes.detail());
        assert_eq!(server.database.number("SELECT COUNT(*) FROM user_secrets").await, 48);
    }

    /// Reference A-81.
    async fn a_body_above_the_limit(server: TestServer) {
        let admin = server.admin().await;
        let body = json!({"format": "env", "content": "x".repeat(8 * 1024 * 1024)});
        assert_eq!(admin.post(BATCH, body).await.status, 413);
    }
}
