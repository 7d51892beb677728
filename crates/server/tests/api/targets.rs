//! Valid requests for the authorization table, so that only authorization decides.

use std::{collections::BTreeMap, time::Duration};

use coder_testkit::{Api, PASSWORD, TestServer};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::{
    error_bodies::upgrade,
    fake_agent::FakeAgent,
    identities::{APP_HOST, Credential, app_session, users},
    operations::Operation,
    workspaces::{archive, built, hold_build, release_build, template, upload},
};

/// Operations that change the user in their path. A separate user is the target, and replaces `member` as the caller.
const CHANGING_THE_USER: [&str; 6] = [
    "DELETE /api/v2/users/{user}",
    "PUT /api/v2/users/{user}/password",
    "PUT /api/v2/users/{user}/profile",
    "PUT /api/v2/users/{user}/roles",
    "PUT /api/v2/users/{user}/status/activate",
    "PUT /api/v2/users/{user}/status/suspend",
];

/// The operation that needs a running build.
const CANCEL: &str = "PATCH /api/v2/workspacebuilds/{build}/cancel";
const TEMPLATE: &str = "[[app]]\nslug = \"web\"\nurl = \"http://localhost:80\"\n[external]\n";
const VERSIONS: &str = "/api/v2/organizations/default/templateversions";

/// The resources of `member`: a running workspace `dev` with an app and a connected agent, a secret `npm`, a token `ci`; its
/// template `vm`; and resources that a successful request consumes.
pub struct Targets {
    server: TestServer,
    owner: Api,
    member: Api,
    credentials: BTreeMap<&'static str, Credential>,
    template: Value,
    workspace: Value,
    file: Value,
    agent: String,
    /// The user that is changed by the operations of [`CHANGING_THE_USER`].
    user: (String, Api),
    /// A template without workspaces.
    unused_template: Value,
    /// A version without a template.
    unassigned_version: Value,
    /// The number of requests so far, for unique names.
    attempts: usize,
    connected: FakeAgent,
}

impl Targets {
    pub async fn create(server: TestServer) -> Self {
        let (owner, member, mut credentials) = users(&server).await;
        let template = template(&owner, "vm", TEMPLATE).await;
        let body = json!({"name": "dev", "template_id": template["id"]});
        let workspace = member.post("/api/v2/users/me/workspaces", body).await.expect(201);
        let build = built(&member, &workspace["latest_build"]["id"]).await;
        let agent = build["resources"][0]["agents"][0]["id"].as_str().unwrap().to_owned();
        let shown = format!("/api/v2/workspaces/{}/external-agent/main/credentials", id(&workspace));
        let token = member.get(&shown).await.expect(200)["agent_token"].as_str().unwrap().to_owned();
        let connected = FakeAgent::connect(&server, &token).await;
        credentials.insert("agent", Credential::Token(token));
        credentials.insert("app", app_session(&server, &member).await);
        let file = upload(&owner, archive(TEMPLATE)).await.expect(201)["hash"].clone();
        let mut targets = Self {
            user: ("member".to_owned(), member.clone()),
            unused_template: Value::Null,
            unassigned_version: Value::Null,
            attempts: 0,
            server,
            owner,
            member,
            credentials,
            template,
            workspace,
            file,
            agent,
            connected,
        };
        targets.replace_user().await;
        targets.replace_template().await;
        targets.replace_version().await;
        targets
    }

    async fn replace_user(&mut self) {
        let name = format!("user{}", self.attempts);
        let api = self.server.user(&self.owner, &name).await;
        self.user = (name, api);
    }

    async fn replace_template(&mut self) {
        self.unused_template = template(&self.owner, &format!("unused{}", self.attempts), TEMPLATE).await;
    }

    async fn replace_version(&mut self) {
        let version = self.owner.post(VERSIONS, json!({"file_id": self.file})).await.expect(201);
        self.unassigned_version = version["id"].clone();
    }

    /// Sends a request for an operation. Returns the status.
    pub async fn attempt(&mut self, operation: &Operation, who: &str) -> u16 {
        self.attempts += 1;
        let name = operation.to_string();
        self.prepare(&name).await;
        let mut credential = self.credentials[who].clone();
        if who == "member" && CHANGING_THE_USER.contains(&name.as_str()) {
            credential = Credential::Token(self.user.1.token.clone().unwrap());
        }
        if name == "POST /api/v2/users/logout" {
            credential = self.another_session(credential).await;
        }
        let status = Api::send(credential.on(self.request(operation))).await.status;
        if name == CANCEL {
            release_build(&self.server, 1).await;
        }
        if status < 400 {
            self.replace(&name).await;
        }
        status
    }

    /// Creates what the operation needs, unless it exists.
    async fn prepare(&self, operation: &str) {
        let (member, exists) = (&self.member, [201, 409]);
        if operation.contains("/secrets/{name}") {
            let body = json!({"name": "npm", "value": "x"});
            assert!(exists.contains(&member.post("/api/v2/users/me/secrets", body).await.status));
        } else if operation.contains("/keys/{id}") || operation.contains("/tokens/{name}") {
            let body = json!({"token_name": "ci"});
            assert!(exists.contains(&member.post("/api/v2/users/me/keys/tokens", body).await.status));
        } else if operation == CANCEL {
            hold_build(&self.server, 1).await;
        }
    }

    /// Replaces what a successful request has consumed, and waits for builds that it started.
    async fn replace(&mut self, operation: &str) {
        match operation {
            "DELETE /api/v2/users/{user}"
            | "PUT /api/v2/users/{user}/password"
            | "PUT /api/v2/users/{user}/roles"
            | "PUT /api/v2/users/{user}/status/suspend" => self.replace_user().await,
            "DELETE /api/v2/templates/{template}" => self.replace_template().await,
            "POST /api/v2/organizations/{organization}/templates" => self.replace_version().await,
            "POST /api/v2/workspaces/{workspace}/builds" => {
                let workspace = self.member.get(&format!("/api/v2/workspaces/{}", id(&self.workspace))).await;
                built(&self.member, &workspace.json["latest_build"]["id"]).await;
            }
            "POST /api/v2/workspaces/{workspace}/restart" => {
                let path = format!("/api/v2/workspaces/{}", id(&self.workspace));
                // The stop, then the start that follows it.
                for _ in 0..2 {
                    let workspace = self.member.get(&path).await;
                    built(&self.member, &workspace.json["latest_build"]["id"]).await;
                }
                // The stop has ended the agent's connection.
                if let Some(Credential::Token(token)) = self.credentials.get("agent") {
                    self.connected = FakeAgent::connect(&self.server, token).await;
                }
            }
            _ => {}
        }
    }

    /// A new session, which may be logged out; the credential itself if it cannot create one.
    async fn another_session(&self, credential: Credential) -> Credential {
        let request = self.server.anonymous.request(Method::POST, "/api/v2/users/me/keys");
        let session = Api::send(credential.on(request)).await;
        session.json["key"].as_str().map_or(credential, |token| Credential::Token(token.to_owned()))
    }

    fn request(&self, operation: &Operation) -> RequestBuilder {
        let request = self.server.anonymous.request(operation.method.clone(), &self.path(operation));
        match operation.path.as_str() {
            "/api/v2/files" => request.body(archive(TEMPLATE)),
            "http://{app}/" => request.header("host", APP_HOST),
            path if ["/watch-ws", "/rpc", "/tunnel", "/pty"].iter().any(|end| path.ends_with(end)) => {
                upgrade(request)
            }
            _ => match self.body(&operation.to_string()) {
                Some(body) => request.json(&body),
                None => request,
            },
        }
    }

    /// The path with the targets as parameters.
    fn path(&self, operation: &Operation) -> String {
        let changes_the_user = CHANGING_THE_USER.contains(&operation.to_string().as_str());
        let template = if operation.method == Method::DELETE { &self.unused_template } else { &self.template };
        let port = self.server.state.access_url.port().unwrap();
        let parameters = [
            ("http://{app}/", "/"),
            ("/{owner}/{workspace}/apps/{slug}/", "/@member/dev/apps/web/"),
            ("/auth-redirect", &format!("/auth-redirect?redirect_uri=http://{APP_HOST}:{port}/")),
            ("/me/rpc", "/me/rpc?version=1"),
            ("/secrets/{name}", "/secrets/npm"),
            ("/tokens/{name}", "/tokens/ci"),
            ("/keys/{id}", "/keys/ci"),
            ("/templates/{name}", "/templates/vm"),
            ("/workspace/{name}", "/workspace/dev"),
            ("/external-agent/{agent}", "/external-agent/main"),
            ("{organization}", "default"),
            ("{number}", "1"),
            ("{user}", if changes_the_user { &self.user.0 } else { "member" }),
            ("{template}", id(template)),
            ("{version}", self.template["active_version_id"].as_str().unwrap()),
            ("{workspace}", id(&self.workspace)),
            ("{build}", id(&self.workspace["latest_build"])),
            ("{agent}", &self.agent),
        ];
        let path =
            parameters.iter().fold(operation.path.clone(), |path, (name, value)| path.replace(name, value));
        assert!(!path.contains('{'), "{path} has a parameter that is not in the list");
        path
    }

    /// A valid body, if the operation takes one.
    fn body(&self, operation: &str) -> Option<Value> {
        let name = format!("name{}", self.attempts);
        let new_user = json!({"username": name, "email": format!("{name}@example.com"), "password": PASSWORD});
        let (method, path) = operation.split_once(" /api/v2/").unwrap_or_default();
        Some(match (method, path) {
            ("POST", "organizations/{organization}/templates") => {
                json!({"name": name, "template_version_id": self.unassigned_version})
            }
            ("POST", "organizations/{organization}/templateversions") => json!({"file_id": self.file}),
            ("PATCH", "templates/{template}/versions") => json!({"id": self.template["active_version_id"]}),
            ("POST", "users" | "users/first") => new_user,
            ("POST", "users/login") => json!({"email": "member@example.com", "password": PASSWORD}),
            ("POST", "users/{user}/keys/tokens") => json!({"token_name": name}),
            ("PUT", "users/{user}/password") => {
                json!({"old_password": PASSWORD, "password": "another password"})
            }
            ("PUT", "users/{user}/profile") => json!({"username": self.user.0, "name": "Another Name"}),
            ("PUT", "users/{user}/roles") => json!({"roles": ["auditor"]}),
            ("POST", "users/{user}/secrets") => json!({"name": name, "value": "x"}),
            ("PATCH", "users/{user}/secrets/{name}") => json!({"value": "y"}),
            ("POST", "users/{user}/secrets/batch") => json!({"format": "env", "content": format!("{name}=x")}),
            ("POST", "users/{user}/workspaces") => json!({"name": name, "template_id": self.template["id"]}),
            ("PATCH", "workspaces/{workspace}") => json!({"name": "dev"}),
            ("PUT", "workspaces/{workspace}/autostart") => json!({"schedule": "0 9 * * 1"}),
            ("POST", "workspaces/{workspace}/builds") => json!({"transition": "start"}),
            ("PUT", "workspaces/{workspace}/dormant") => json!({"dormant": false}),
            ("PUT", "workspaces/{workspace}/extend") => {
                let deadline = self.server.clock.now().after(Duration::from_secs(3600));
                json!({"deadline": deadline.to_string()})
            }
            ("PUT", "workspaces/{workspace}/ttl") => json!({"ttl_ms": 3_600_000}),
            _ => return None,
        })
    }
}

fn id(json: &Value) -> &str {
    json["id"].as_str().expect("an id")
}
