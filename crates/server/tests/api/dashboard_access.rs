//! Authorization in the dashboard: which user sees which page, and which forms are accepted.

use coder_testkit::{PASSWORD, Pages, form, on_both_engines};
use reqwest::Method;

use crate::dashboard_users::{assert_security_headers, id_of, users_of_each_role};

/// Pages that every user has.
const COMMON_PAGES: [&str; 8] = [
    "/settings/account",
    "/settings/security",
    "/settings/tokens",
    "/settings/tokens/new",
    "/settings/appearance",
    "/settings/secrets",
    "/templates",
    "/templates/go",
];

on_both_engines! {
    /// Pages that a role may not see are neither linked nor served.
    async fn pages_by_role(server: TestServer) {
        let admin = users_of_each_role(&server).await;
        let (owner, other) = (id_of(&admin, "admin").await, id_of(&admin, "member").await);
        let of = |user: &str| {
            ["roles", "password", "suspend", "activate", "delete"].map(|verb| format!("/deployment/users/{user}/{verb}"))
        };
        for who in ["admin", "user-admin", "template-admin", "auditor", "member"] {
            let mut pages = Pages::log_in(&server, who).await;
            let (owns, manages) = (who == "admin", matches!(who, "admin" | "user-admin"));
            let mut expected: Vec<(String, bool)> = COMMON_PAGES.map(|path| (path.to_owned(), true)).into();
            expected.push(("/templates/go/delete".to_owned(), owns || who == "template-admin"));
            expected.push(("/deployment".to_owned(), owns));
            expected.push(("/deployment/users".to_owned(), manages || who == "auditor"));
            expected.push(("/deployment/users/new".to_owned(), manages));
            if who != "member" {
                expected.extend(of(&other).map(|path| (path, manages)));
                // Users cannot do these to themselves.
                expected.extend(of(&owner).map(|path| {
                    let own_roles = owns && path.ends_with("/roles");
                    (path, own_roles)
                }));
            }
            for (path, may) in expected {
                let response = pages.get(&path).await;
                assert_eq!(response.status, if may { 200 } else { 403 }, "{who}: {path}");
                assert_security_headers(&response, &path);
                assert_eq!(response.text.matches("<h1").count(), 1, "{path}");
                if may {
                    assert_eq!(response.text.contains("href=\"/deployment\""), owns, "{who}: {path}");
                    assert_eq!(response.text.contains("href=\"/deployment/users\""), manages || who == "auditor");
                }
            }
            let list = pages.get("/deployment/users").await.text;
            assert_eq!(list.contains("/deployment/users/new"), manages, "{who}");
            assert_eq!(list.contains(&format!("/deployment/users/{other}/suspend")), manages, "{who}");
            assert_eq!(list.contains(&format!("/deployment/users/{owner}/roles")), owns, "{who}");
            let shown = pages.get("/templates/go").await.text;
            assert_eq!(shown.contains("/templates/go/delete"), owns || who == "template-admin", "{who}");
        }
        let mut anonymous = Pages::new(&server);
        for path in COMMON_PAGES.into_iter().chain(["/deployment", "/deployment/users"]) {
            let response = anonymous.get(path).await;
            assert_eq!(response.status, 303, "{path}");
            assert!(response.header("location").starts_with("/login?redirect="), "{path}");
        }
    }

    /// Actions that a page does not offer are rejected when the form is forged.
    async fn forged_forms_are_rejected(server: TestServer) {
        let admin = users_of_each_role(&server).await;
        let (owner, other) = (id_of(&admin, "admin").await, id_of(&admin, "member").await);
        let user = [("username", "eve"), ("email", "eve@example.com"), ("password", PASSWORD)];
        for who in ["template-admin", "auditor", "member"] {
            let mut pages = Pages::log_in(&server, who).await;
            let may_delete = who == "template-admin";
            assert_eq!(pages.post("/deployment/users", &user).await.status, 403, "{who}");
            for verb in ["roles", "password", "suspend", "activate", "delete"] {
                let path = format!("/deployment/users/{other}/{verb}");
                let status = pages.post(&path, &[("password", PASSWORD)]).await.status;
                assert_eq!(status, 403, "{who}: {verb}");
            }
            if !may_delete {
                assert_eq!(pages.post("/templates/go/delete", &[]).await.status, 403, "{who}");
            }
        }
        let mut pages = Pages::log_in(&server, "user-admin").await;
        for verb in ["roles", "password", "suspend", "delete"] {
            let path = format!("/deployment/users/{owner}/{verb}");
            assert_eq!(pages.post(&path, &[("password", PASSWORD)]).await.status, 403, "{verb}");
        }
        let roles = format!("/deployment/users/{other}/roles");
        assert_eq!(pages.post(&roles, &[("roles", "owner")]).await.status, 403);
        assert!(!pages.get(&roles).await.text.contains("value=\"owner\""));
        assert_eq!(admin.get("/api/v2/users").await.expect(200)["count"], 5);
    }

    /// A form is accepted from the same origin only, with a CSRF token of the same session.
    async fn forms_of_other_origins_and_sessions_are_rejected(server: TestServer) {
        let admin = users_of_each_role(&server).await;
        let other = id_of(&admin, "member").await;
        let mut pages = Pages::log_in(&server, "admin").await;
        let other_token = Pages::log_in(&server, "member").await.csrf_token;
        let own = pages.csrf_token.clone();
        let origin = server.state.access_url.origin().ascii_serialization();
        let paths = [
            "/settings/account", "/settings/security", "/settings/tokens", "/settings/appearance", "/templates/go/delete",
            "/deployment/users",
        ];
        let about_users = ["roles", "password", "suspend", "activate", "delete"]
            .map(|verb| format!("/deployment/users/{other}/{verb}"));
        for path in paths.into_iter().chain(about_users.iter().map(String::as_str)) {
            for (token, from) in [("", &*origin), (&*other_token, &*origin), (&*own, "https://evil.example"), (&*own, "null")] {
                let request = pages
                    .request(Method::POST, path)
                    .header("origin", from)
                    .header("content-type", "application/x-www-form-urlencoded")
                    .body(form(&[("csrf_token", token), ("name", "x"), ("theme", "dark"), ("password", PASSWORD)]));
                let response = pages.send(request).await;
                assert_eq!(response.status, 403, "{path} from {from}");
                assert_security_headers(&response, path);
            }
        }
        assert_eq!(admin.get("/api/v2/users/me").await.expect(200)["name"], "");
        assert_eq!(admin.get("/api/v2/users/member").await.expect(200)["status"], "active");
        admin.get("/api/v2/organizations/default/templates/go").await.expect(200);
    }
}
