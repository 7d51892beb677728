//! The identities of the authorization table, with their credentials.

use std::collections::BTreeMap;

use coder_server::AppHosts;
use coder_testkit::{Api, Engine, Pages, TestServer};
use reqwest::{Method, RequestBuilder};
use serde_json::json;

/// The columns of the table.
pub const IDENTITIES: [(&str, &str); 12] = [
    ("owner", "a user with the role owner"),
    ("user-admin", "a user with the role user-admin"),
    ("template-admin", "a user with the role template-admin"),
    ("auditor", "a user with the role auditor"),
    ("member", "the user without a role to whom everything belongs that is asked for"),
    ("other", "another user without a role"),
    ("suspended", "a suspended owner, with a token that was not revoked"),
    ("deleted", "a deleted owner, with a token that was not revoked"),
    ("expired", "an expired token of member"),
    ("agent", "the token of the agent in member's workspace"),
    ("app", "the session of an app in that workspace, in every cookie that a browser could send"),
    ("nobody", "no token"),
];

/// The hostname of the app in member's workspace.
pub const APP_HOST: &str = "web--main--dev--member.apps.example.com";

/// The credential of a request.
#[derive(Debug, Clone)]
pub enum Credential {
    Token(String),
    AppSession(String),
    None,
}

impl Credential {
    /// Adds the credential to a request.
    pub fn on(&self, request: RequestBuilder) -> RequestBuilder {
        match self {
            Self::Token(token) => request.header("coder-session-token", token),
            // Like a request of the app's page, so that only the session decides.
            Self::AppSession(token) => request
                .header("cookie", format!("coder_app_session={token}; coder_session_token={token}"))
                .header("sec-fetch-site", "same-origin"),
            Self::None => request,
        }
    }
}

/// A server with subdomains for apps.
pub async fn with_app_hosts(engine: Engine) -> TestServer {
    let hosts = AppHosts::parse("*.apps.example.com").unwrap();
    TestServer::start_with(engine, |config| config.app_hosts = Some(hosts)).await
}

/// The clients of the owner and of the member, and the credentials of all identities but `agent` and `app`.
pub async fn users(server: &TestServer) -> (Api, Api, BTreeMap<&'static str, Credential>) {
    let owner = server.admin().await;
    let mut credentials = BTreeMap::from([("owner", token(&owner)), ("nobody", Credential::None)]);
    for (name, role) in [
        ("user-admin", Some("user-admin")),
        ("template-admin", Some("template-admin")),
        ("auditor", Some("auditor")),
        ("other", None),
        ("suspended", Some("owner")),
        ("deleted", Some("owner")),
    ] {
        credentials.insert(name, token(&server.user(&owner, name).await));
        if let Some(role) = role {
            owner.put(&format!("/api/v2/users/{name}/roles"), json!({"roles": [role]})).await.expect(200);
        }
    }
    let member = server.user(&owner, "member").await;
    credentials.insert("member", token(&member));
    // Not by the API, which would revoke their tokens as well: only their status decides here.
    server.database.execute("UPDATE users SET status = 'suspended' WHERE username = 'suspended'").await;
    server.database.execute("UPDATE users SET deleted_at = 1 WHERE username = 'deleted'").await;
    let expired =
        member.post("/api/v2/users/me/keys/tokens", json!({"token_name": "expired"})).await.expect(201);
    member.delete("/api/v2/users/me/keys/expired?expire=true").await.expect(204);
    credentials.insert("expired", Credential::Token(expired["key"].as_str().unwrap().to_owned()));
    (owner, member, credentials)
}

fn token(api: &Api) -> Credential {
    Credential::Token(api.token.clone().expect("a token"))
}

/// A session of member's app, which a browser gets by a redirect to the server and back with a ticket.
pub async fn app_session(server: &TestServer, member: &Api) -> Credential {
    let mut browser = Pages::new(server);
    let host = format!("{APP_HOST}:{}", server.state.access_url.port().expect("a port"));
    let to_app = |browser: &Pages, path: &str| browser.request(Method::GET, path).header("host", &host);
    let request = to_app(&browser, "/");
    let to_login = browser.send(request).await;
    let at_server = to_login.header("location").strip_prefix(server.state.access_url.as_str()).unwrap();
    let token = member.token.clone().expect("a token");
    let request = browser.request(Method::GET, &format!("/{at_server}")).header("coder-session-token", token);
    let to_ticket = browser.send(request).await;
    let with_ticket = to_ticket.header("location").strip_prefix(&format!("http://{host}")).unwrap();
    let request = to_app(&browser, with_ticket);
    assert_eq!(browser.send(request).await.status, 303);
    Credential::AppSession(browser.cookies["coder_app_session"].clone())
}
