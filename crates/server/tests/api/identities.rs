//! Everyone who may ask the API for something, each with what they show.

use std::collections::BTreeMap;

use coder_server::AppHosts;
use coder_testkit::{Api, Engine, Pages, TestServer};
use reqwest::{Method, RequestBuilder};
use serde_json::json;

/// Who asks, in the order of the table's columns.
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

/// The app that member's workspace has, under the host name that it has.
pub const APP_HOST: &str = "web--main--dev--member.apps.example.com";

/// What a request shows of who asks.
#[derive(Debug, Clone)]
pub enum Credential {
    Token(String),
    AppSession(String),
    Nothing,
}

impl Credential {
    /// The request with the credential in it.
    pub fn on(&self, request: RequestBuilder) -> RequestBuilder {
        match self {
            Self::Token(token) => request.header("coder-session-token", token),
            // A page of the app, as if nothing but the session stood in its way.
            Self::AppSession(token) => request
                .header("cookie", format!("coder_app_session={token}; coder_session_token={token}"))
                .header("sec-fetch-site", "same-origin"),
            Self::Nothing => request,
        }
    }
}

/// A server whose apps have host names as well.
pub async fn with_app_hosts(engine: Engine) -> TestServer {
    let hosts = AppHosts::parse("*.apps.example.com").unwrap();
    TestServer::start_with(engine, |config| config.app_hosts = Some(hosts)).await
}

/// The users of the table: the owner, the member, and what everyone but `agent` and `app` shows.
pub async fn users(server: &TestServer) -> (Api, Api, BTreeMap<&'static str, Credential>) {
    let owner = server.admin().await;
    let mut credentials = BTreeMap::from([("owner", token(&owner)), ("nobody", Credential::Nothing)]);
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
    // The API would revoke their tokens as well: here nothing but their state is in the way.
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

/// A session of member's app, as a browser gets it: by way of the server, and back with a ticket.
pub async fn app_session(server: &TestServer, member: &Api) -> Credential {
    let mut browser = Pages::new(server);
    let host = format!("{APP_HOST}:{}", server.state.access_url.port().expect("a port"));
    let to_app = |browser: &Pages, path: &str| browser.request(Method::GET, path).header("host", &host);
    let request = to_app(&browser, "/");
    let sent_away = browser.send(request).await;
    let at_server = sent_away.header("location").strip_prefix(server.state.access_url.as_str()).unwrap();
    let token = member.token.clone().expect("a token");
    let request = browser.request(Method::GET, &format!("/{at_server}")).header("coder-session-token", token);
    let sent_back = browser.send(request).await;
    let with_ticket = sent_back.header("location").strip_prefix(&format!("http://{host}")).unwrap();
    let request = to_app(&browser, with_ticket);
    assert_eq!(browser.send(request).await.status, 303);
    Credential::AppSession(browser.cookies["coder_app_session"].clone())
}
