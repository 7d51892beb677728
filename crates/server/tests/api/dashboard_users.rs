//! Account, templates, users and deployment in the dashboard.

use coder_testkit::{Api, PASSWORD, Pages, Reply, TestServer, form, on_both_engines};
use reqwest::Method;
use serde_json::json;

use crate::workspaces::template;

/// A user of each role, named after it, and a template `go`. Returns the owner's client.
pub async fn users_of_each_role(server: &TestServer) -> Api {
    let admin = server.admin().await;
    for role in ["user-admin", "template-admin", "auditor", "member"] {
        server.user(&admin, role).await;
        admin.put(&format!("/api/v2/users/{role}/roles"), json!({"roles": [role]})).await.expect(200);
    }
    template(&admin, "go", "[external]\n").await;
    admin
}

pub async fn id_of(admin: &Api, name: &str) -> String {
    let user = admin.get(&format!("/api/v2/users/{name}")).await.expect(200);
    user["id"].as_str().unwrap().to_owned()
}

/// Expects the headers of every page: it is not cached, and loads only resources of the same origin.
pub fn assert_security_headers(response: &Reply, path: &str) {
    assert_eq!(response.header("cache-control"), "no-store", "{path}");
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
        (
            "content-security-policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
             form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        ),
    ] {
        assert_eq!(response.header(name), value, "{path}: {name}");
    }
    assert!(!response.text.contains(" style=") && !response.text.contains("<script>"), "{path}");
}

on_both_engines! {
    async fn profile_and_theme(server: TestServer) {
        let admin = users_of_each_role(&server).await;
        let mut pages = Pages::log_in(&server, "member").await;
        let saved = pages.post("/settings/account", &[("name", " Marge \u{202e}<b>&\" ")]).await;
        assert_eq!((saved.status, saved.header("location")), (303, "/settings/account"));
        let shown = pages.get("/settings/account").await.text;
        assert!(shown.contains("Updated your profile."), "{shown}");
        assert!(!pages.get("/settings/account").await.text.contains("Updated your profile."), "a notice is shown once");
        let rejected = pages.post("/settings/account", &[("name", "a\u{7}b")]).await;
        assert_eq!(rejected.status, 422);
        assert!(rejected.text.contains("id=\"name-error\""), "{}", rejected.text);
        let long = "x".repeat(129);
        assert_eq!(pages.post("/settings/account", &[("name", &long)]).await.status, 422);

        // The name is escaped on every page.
        let mut owner = Pages::log_in(&server, "admin").await;
        for text in [pages.get("/settings/account").await.text, owner.get("/deployment/users").await.text] {
            assert!(text.contains("Marge \\u{202e}&#60;b&#62;&#38;&#34;"), "{text}");
            assert!(!text.contains("<b>") && !text.replace("value=\"Marge \u{202e}", "").contains('\u{202e}'));
        }
        assert_eq!(admin.get("/api/v2/users/member").await.expect(200)["name"], "Marge \u{202e}<b>&\"");

        let chosen = pages.post("/settings/appearance", &[("theme", "dark")]).await;
        assert_eq!(chosen.status, 303);
        assert!(pages.get("/settings/appearance").await.text.contains("data-theme=\"dark\""));
        assert_eq!(pages.post("/settings/appearance", &[("theme", "\"><b>")]).await.status, 400);
    }

    async fn change_password(server: TestServer) {
        users_of_each_role(&server).await;
        let mut pages = Pages::log_in(&server, "member").await;
        let mut other_session = Pages::log_in(&server, "member").await;
        let with = |old: &'static str, new: &'static str, again: &'static str| {
            [("old_password", old), ("password", new), ("repeated", again)]
        };
        for (fields, error_id) in [
            (with(PASSWORD, "a new password", "another password"), "repeated-error"),
            (with("not the old one", "a new password", "a new password"), "old_password-error"),
            (with(PASSWORD, "short", "short"), "password-error"),
        ] {
            let rejected = pages.post("/settings/security", &fields).await;
            assert_eq!(rejected.status, 422);
            assert!(rejected.text.contains(&format!("id=\"{error_id}\"")), "{error_id}");
            assert!(!rejected.text.contains("a new password") && !rejected.text.contains(PASSWORD));
        }
        let changed = pages.post("/settings/security", &with(PASSWORD, "a new password", "a new password")).await;
        assert_eq!((changed.status, changed.header("location")), (303, "/settings/security"));
        assert_eq!(pages.get("/settings/security").await.status, 200);
        assert_eq!(other_session.get("/settings/security").await.header("location"), "/login?redirect=%2Fsettings%2Fsecurity");
    }

    /// A token is shown only in the response that creates it.
    async fn tokens(server: TestServer) {
        users_of_each_role(&server).await;
        let mut pages = Pages::log_in(&server, "member").await;
        let mut other = Pages::log_in(&server, "auditor").await;
        let created = pages.post("/settings/tokens", &[("token_name", "ci"), ("lifetime", "7")]).await;
        assert_eq!(created.status, 200, "{}", created.text);
        assert_security_headers(&created, "a new token");
        let token = created.text.split_once("id=\"new-token-text\">").unwrap().1.split_once('<').unwrap().0;
        server.anonymous.with_token(token).get("/api/v2/users/me").await.expect(200);
        let secret = token.split_once('-').unwrap().1;
        assert!(!format!("{:?}", created.headers).contains(secret), "no header contains it");
        let list = pages.get("/settings/tokens").await.text;
        assert!(list.contains(">ci<") && !list.contains(secret), "{list}");

        for (name, lifetime, field) in [("ci", "7", "token_name"), ("a b", "7", "token_name"), ("x", "400", "lifetime")] {
            let rejected = pages.post("/settings/tokens", &[("token_name", name), ("lifetime", lifetime)]).await;
            assert_eq!(rejected.status, 422, "{name}");
            assert!(rejected.text.contains(&format!("id=\"{field}-error\"")), "{name}: {}", rejected.text);
        }

        let id = token.split_once('-').unwrap().0;
        let path = format!("/settings/tokens/{id}/delete");
        assert_eq!(other.get(&path).await.status, 404);
        assert_eq!(other.post(&path, &[]).await.status, 404);
        assert!(pages.get(&path).await.text.contains("<bdi>ci</bdi>"));
        assert_eq!(pages.post(&path, &[]).await.status, 303);
        assert_eq!(server.anonymous.with_token(token).get("/api/v2/users/me").await.status, 401);
        assert!(pages.get("/settings/tokens").await.text.contains("No tokens yet"));
    }

    async fn templates(server: TestServer) {
        let admin = server.admin().await;
        let mut pages = Pages::log_in(&server, "admin").await;
        assert!(pages.get("/templates").await.text.contains("coder templates init &#38;&#38; coder templates push NAME"));
        let source = "# <script>alert(1)</script> \u{202e}\r\n[external]\r\n";
        template(&admin, "go", source).await;
        let shown = pages.get("/templates/go").await;
        assert_security_headers(&shown, "/templates/go");
        assert!(shown.text.contains("External: the owner starts the agent on their own machine"));
        let settings = pages.get("/deployment").await.text;
        assert!(settings.contains("<dt>Process workspaces</dt>\n    <dd>Not allowed</dd>"), "{settings}");
        assert!(shown.text.contains("# &#60;script&#62;alert(1)&#60;/script&#62; \\u{202e}\n[external]"), "{}", shown.text);
        assert!(shown.text.contains("href=\"/workspaces/new?template=go\""));
        assert_eq!(pages.get("/templates/none").await.status, 404);

        let workspace = json!({"name": "dev", "template_id": admin.get("/api/v2/templates").await.expect(200)[0]["id"]});
        admin.post("/api/v2/users/me/workspaces", workspace).await.expect(201);
        let rejected = pages.post("/templates/go/delete", &[]).await;
        assert_eq!(rejected.status, 422);
        assert!(rejected.text.contains("All workspaces must be deleted before a template can be removed."));
        template(&admin, "unused", "[external]\n").await;
        let dialog = pages.get("/templates/unused/delete").await.text;
        assert!(dialog.contains("created from <strong><bdi>unused</bdi></strong>"), "{dialog}");
        let deleted = pages.post("/templates/unused/delete", &[]).await;
        assert_eq!((deleted.status, deleted.header("location")), (303, "/templates"));
        let list = pages.get("/templates").await.text;
        assert!(list.contains("Deleted template &#34;unused&#34;.") && !list.contains("/templates/unused"), "{list}");
    }

    async fn user_administration(server: TestServer) {
        let admin = users_of_each_role(&server).await;
        let mut pages = Pages::log_in(&server, "admin").await;
        let mut member = Pages::log_in(&server, "member").await;
        let new = [("username", "eve"), ("name", "Eve"), ("email", "eve@example.com"), ("password", PASSWORD)];
        assert_eq!(pages.post("/deployment/users", &new).await.header("location"), "/deployment/users");
        let again = pages.post("/deployment/users", &new).await;
        assert_eq!(again.status, 422);
        assert!(again.text.contains("-error\"") && !again.text.contains(PASSWORD), "{}", again.text);

        let found = pages.get("/deployment/users?q=EVE").await.text;
        assert!(found.contains("eve@example.com") && !found.contains("member@example.com"));
        assert!(pages.get("/deployment/users?q=%3Cb%3E").await.text.contains("No users match."));
        assert_eq!(pages.get("/deployment/users?q=color:red").await.status, 422);

        let id = id_of(&admin, "member").await;
        let at = |verb: &str| format!("/deployment/users/{id}/{verb}");
        assert_eq!(pages.post(&at("roles"), &[("roles", "auditor"), ("roles", "user-admin")]).await.status, 303);
        let roles = admin.get("/api/v2/users/member").await.expect(200)["roles"].clone();
        assert_eq!((&roles[0]["name"], &roles[1]["name"]), (&json!("user-admin"), &json!("auditor")));
        assert_eq!(pages.post(&at("roles"), &[]).await.status, 303);
        assert_eq!(admin.get("/api/v2/users/member").await.expect(200)["roles"], json!([]));

        // The next page of a suspended user is the login.
        assert!(pages.get(&at("suspend")).await.text.contains("end at once"));
        assert_eq!(pages.post(&at("suspend"), &[]).await.status, 303);
        let out = member.get("/templates").await;
        assert_eq!((out.status, out.header("location")), (303, "/login?redirect=%2Ftemplates"));
        assert!(pages.get("/deployment/users?q=status:suspended").await.text.contains(&at("activate")));
        assert_eq!(pages.post(&at("activate"), &[]).await.status, 303);
        let mut member = Pages::log_in(&server, "member").await;

        assert_eq!(pages.post(&at("password"), &[("password", "short")]).await.status, 422);
        assert_eq!(pages.post(&at("password"), &[("password", "another password")]).await.status, 303);
        assert_eq!(member.get("/templates").await.status, 303, "the session is revoked");

        let owner = format!("/deployment/users/{}/roles", id_of(&admin, "admin").await);
        let rejected = pages.post(&owner, &[]).await;
        assert_eq!(rejected.status, 422);
        assert!(rejected.text.contains("The last owner must stay."), "{}", rejected.text);
        assert_eq!(pages.post(&at("delete"), &[]).await.status, 303);
        admin.get("/api/v2/users/member").await.expect(404);
    }

    /// With JavaScript, a form opens in a dialog and returns to the same search.
    async fn dialogs_of_the_list(server: TestServer) {
        let admin = users_of_each_role(&server).await;
        let mut pages = Pages::log_in(&server, "admin").await;
        let suspend = format!("/deployment/users/{}/suspend", id_of(&admin, "member").await);
        let dialog = pages.send(pages.request(Method::GET, &suspend).header("hx-request", "true")).await;
        assert!(dialog.text.trim_start().starts_with("<div class=\"dialog-content\">") && !dialog.text.contains("<html"), "{}", dialog.text);
        assert_security_headers(&dialog, &suspend);

        let origin = server.state.access_url.origin().ascii_serialization();
        for shown in
            [format!("{origin}/deployment/users?q=mem&page=1"), "https://evil.example/elsewhere?q=x".to_owned()]
        {
            let is_list = shown.starts_with(&origin);
            let request = pages
                .request(Method::POST, &suspend)
                .header("origin", &origin)
                .header("hx-request", "true")
                .header("hx-current-url", shown)
                .header("content-type", "application/x-www-form-urlencoded")
                .body(form(&[("csrf_token", &pages.csrf_token)]));
            let response = pages.send(request).await;
            assert_eq!(response.status, 204, "{}", response.text);
            if is_list {
                let to: serde_json::Value = serde_json::from_str(response.header("hx-location")).unwrap();
                assert_eq!(to["path"], "/deployment/users?q=mem&page=1", "the same search");
            } else {
                assert_eq!(response.header("hx-redirect"), "/deployment/users", "the list, not another site");
            }
        }
    }

    /// A long list has pages, whose links keep the search.
    async fn pagination_of_users(server: TestServer) {
        server.admin().await;
        for n in 0..60 {
            server.database.execute(&format!(
                "INSERT INTO users (id, username, email, name, status, roles, password_hash, created_at, updated_at)
                 SELECT {}, 'u{n:02}', 'u{n:02}@example.com', '', 'dormant', '', '', 0, 0",
                if server.database.postgres_url.is_some() { "gen_random_uuid()" } else { "randomblob(16)" },
            )).await;
        }
        let mut pages = Pages::log_in(&server, "admin").await;
        let first = pages.get("/deployment/users?q=u").await.text;
        assert!(first.contains("1 to 50 of 60 users") && !first.contains("rel=\"prev\""), "{first}");
        assert!(first.contains("href=\"/deployment/users?q=u&#38;page=2\""), "{first}");
        let second = pages.get("/deployment/users?q=u&page=2").await.text;
        assert!(second.contains("51 to 60 of 60 users") && !second.contains("rel=\"next\""), "{second}");
        assert_eq!(pages.get("/deployment/users?page=4294967295").await.status, 200);
    }

    async fn the_deployment(server: TestServer) {
        users_of_each_role(&server).await;
        let mut pages = Pages::log_in(&server, "admin").await;
        let member = server.login("member@example.com").await;
        member.post("/api/v2/users/me/secrets", json!({"name": "k", "value": "canary"})).await.expect(201);
        let shown = pages.get("/deployment").await.text;
        let engine = if server.database.postgres_url.is_some() { "PostgreSQL" } else { "SQLite" };
        assert!(shown.contains(engine) && shown.contains("Encrypts and decrypts"), "{shown}");
        assert!(shown.contains(server.state.access_url.as_str()));
        assert!(shown.contains(&server.state.control.deployment().id.to_string()));
        assert!(shown.contains("<td data-label=\"Data keys\">1</td>"), "{shown}");
        assert!(!shown.contains(&server.database.key), "the fingerprint, not the key");
        assert!(shown.contains("Not allowed"));
    }
}
