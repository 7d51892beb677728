//! The successful response of every operation of the API, as snapshots in `snapshots/`, one for each subject.

use std::{collections::BTreeSet, fs, path::Path};

use coder_testkit::{Api, PASSWORD, on_both_engines};
use coder_wire::agent::{AgentMessage, DeliveryWarning, LogLine};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    fake_agent::FakeAgent,
    operations::{operation_of, operations},
    transcript::{SUBJECTS, Transcript, at, pass, with_fixed_clock},
    workspaces::{archive, built, hold_build, template},
};

/// A template with every field that an agent's JSON has.
const WHOLE_TEMPLATE: &str = r#"
[agent]
dir = "~/project"
[agent.env]
EDITOR = "vim"

[[env]]
name = "CARGO_HOME"
value = "$HOME/.cargo"

[[script]]
display_name = "Install"
script = "make install"
start_blocks_login = true
timeout = "5m"

[[script]]
display_name = "Clean up"
script = "make clean"
run_on_start = false
run_on_stop = true

[[app]]
slug = "web"
display_name = "Web"
icon = "/icon/web.svg"
url = "http://localhost:8080/base"
healthcheck = { url = "http://localhost:8080/healthz", interval = "10s", threshold = 3 }

[[app]]
slug = "top"
command = "top"

[external]
"#;

/// Every operation of the document has a response in a snapshot, and every snapshot is written by a test.
#[test]
fn every_operation_has_a_snapshot() {
    let operations = operations();
    let mut missing: BTreeSet<String> = operations.iter().map(ToString::to_string).collect();
    let mut files = BTreeSet::new();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/api/snapshots")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let Some(subject) = name.strip_suffix(".snap") else { continue };
        files.insert(subject.to_owned());
        for line in fs::read_to_string(&path).unwrap().lines() {
            // `METHOD path -> status`
            if let Some((request, status)) = line.split_once(" -> ")
                && let Some((method, path)) = request.split_once(' ')
                && status.starts_with('2')
                && let Some(operation) = operation_of(&operations, method, path)
            {
                missing.remove(&operation.to_string());
            }
        }
    }
    assert!(missing.is_empty(), "not shown: {missing:?}");
    assert!(files.iter().eq(SUBJECTS), "{files:?}");
}

/// A running workspace `dev` of the caller.
async fn workspace(seen: &mut Transcript, api: &Api, template: &Value) -> Value {
    let body = json!({"name": "dev", "template_id": template["id"]});
    let created = api.post("/api/v2/users/me/workspaces", body).await.expect(201);
    built(api, &created["latest_build"]["id"]).await;
    seen.name(&template["id"], "template-vm");
    seen.name(&template["active_version_id"], "version-1");
    seen.name(&created["id"], "workspace-dev");
    seen.name(&created["latest_build"]["id"], "build-1");
    seen.name(&created["latest_build"]["template_version_name"], "version-name");
    created
}

fn path(prefix: &str, id: &Value) -> String {
    format!("/api/v2/{prefix}/{}", id.as_str().expect("an id"))
}

on_both_engines! {
    #![start(with_fixed_clock)]

    async fn deployment(server: TestServer) {
        let mut seen = Transcript::new();
        seen.note("Without a token");
        for path in ["/healthz", "/api/v2/buildinfo", "/api/v2/users/authmethods"] {
            seen.get(&server.anonymous, path).await;
        }
        seen.note("With one");
        let admin = server.admin().await;
        for path in ["deployment/ssh", "applications/host", "deployment/user-secrets/capabilities"] {
            seen.get(&admin, &format!("/api/v2/{path}")).await;
        }
        seen.finish("deployment");
    }

    async fn users(server: TestServer) {
        let mut seen = Transcript::new();
        let anonymous = &server.anonymous;
        seen.note("The first user");
        seen.get(anonymous, "/api/v2/users/first").await;
        let body = json!({"username": "admin", "email": "admin@example.com", "name": "Ada", "password": PASSWORD});
        let first = seen.post(anonymous, "/api/v2/users/first", body).await.json;
        seen.name(&first["user_id"], "admin");
        seen.name(&first["organization_id"], "organization");
        seen.get(anonymous, "/api/v2/users/first").await;
        let body = json!({"email": "admin@example.com", "password": PASSWORD});
        let session = seen.post(anonymous, "/api/v2/users/login", body).await.json;
        let admin = anonymous.with_token(session["session_token"].as_str().unwrap());
        seen.get(&admin, "/api/v2/users/me").await;
        seen.get(&admin, "/api/v2/users/me/organizations").await;

        seen.note("Another one");
        let body = json!({
            "username": "bob", "email": "bob@example.com", "name": "Bob", "password": PASSWORD, "user_status": "active",
        });
        let bob = seen.post(&admin, "/api/v2/users", body).await.json;
        seen.name(&bob["id"], "bob");
        let body = json!({"username": "cleo", "email": "cleo@example.com", "password": PASSWORD});
        let created = seen.post(&admin, "/api/v2/users", body).await.json;
        seen.name(&created["id"], "cleo");
        seen.get(&admin, "/api/v2/users?q=bob").await;
        seen.get(&admin, "/api/v2/users?q=status:dormant&limit=1&offset=0").await;
        seen.get(&admin, &path("users", &bob["id"])).await;
        let bob = server.login("bob@example.com").await;
        seen.note("The list of a user without a role");
        seen.get(&bob, "/api/v2/users").await;
        seen.put(&bob, "/api/v2/users/me/profile", json!({"username": "robert", "name": "Robert"})).await;
        let body = json!({"old_password": PASSWORD, "password": "another password"});
        seen.put(&bob, "/api/v2/users/me/password", body).await;
        let roles = json!({"roles": ["user-admin", "auditor", "template-admin", "owner", "member"]});
        seen.put(&admin, "/api/v2/users/robert/roles", roles).await;
        seen.put(&admin, "/api/v2/users/robert/status/suspend", json!({})).await;
        seen.put(&admin, "/api/v2/users/robert/status/activate", json!({})).await;
        seen.delete(&admin, "/api/v2/users/robert").await;
        seen.post(&admin, "/api/v2/users/logout", json!({})).await;
        seen.finish("users");
    }

    async fn tokens(server: TestServer) {
        let mut seen = Transcript::new();
        let admin = server.admin().await;
        seen.name(&admin.get("/api/v2/users/me").await.json["id"], "admin");
        let session = seen.send(admin.request(Method::POST, "/api/v2/users/me/keys")).await.json;
        let id = session["key"].as_str().unwrap().split_once('-').unwrap().0;
        seen.name(&json!(id), "session");
        seen.get(&admin, &format!("/api/v2/users/me/keys/{id}")).await;

        seen.note("Tokens: one with the usual lifetime, and one of an hour");
        let tokens = "/api/v2/users/me/keys/tokens";
        seen.post(&admin, tokens, json!({"token_name": "ci"})).await;
        pass(&server, 60);
        seen.post(&admin, tokens, json!({"token_name": "laptop", "lifetime": 3_600_000_000_000_i64})).await;
        for name in ["ci", "laptop"] {
            let token = admin.get(&format!("{tokens}/{name}")).await.json;
            seen.name(&token["id"], name);
        }
        seen.get(&admin, &format!("{tokens}/laptop")).await;
        seen.get(&admin, tokens).await;
        seen.get(&admin, &format!("{tokens}?include_all=true")).await;
        seen.delete(&admin, "/api/v2/users/me/keys/ci?expire=true").await;
        seen.get(&admin, &format!("{tokens}?include_expired=true")).await;
        seen.delete(&admin, "/api/v2/users/me/keys/ci").await;
        seen.delete(&admin, "/api/v2/users/me/keys/laptop").await;
        seen.get(&admin, tokens).await;
        seen.finish("tokens");
    }

    async fn secrets(server: TestServer) {
        let mut seen = Transcript::new();
        let admin = server.admin().await;
        let secrets = "/api/v2/users/me/secrets";
        let body = json!({
            "name": "npm", "value": "the value", "description": "For the registry", "env_name": "NPM_TOKEN",
            "file_path": "~/.npmrc",
        });
        let created = seen.post(&admin, secrets, body).await.json;
        seen.name(&created["id"], "secret-npm");
        seen.note("With what is required, and a field that does not exist");
        let body = json!({"name": "plain", "value": "x", "color": "red"});
        let created = seen.post(&admin, secrets, body).await.json;
        seen.name(&created["id"], "secret-plain");
        pass(&server, 60);
        seen.get(&admin, &format!("{secrets}/npm")).await;
        let body = json!({"value": "another value", "description": "", "file_path": "", "enabled": false});
        seen.patch(&admin, &format!("{secrets}/npm"), body).await;
        seen.note("A file, in its order; a key that cannot be a variable has no target");
        let body = json!({"format": "env", "content": "TWO=2\nMY-TOKEN=x\n"});
        seen.post(&admin, &format!("{secrets}/batch"), body).await;
        seen.note("The list is by name");
        seen.get(&admin, secrets).await;
        for name in ["npm", "plain", "TWO", "MY-TOKEN"] {
            seen.delete(&admin, &format!("{secrets}/{name}")).await;
        }
        seen.get(&admin, secrets).await;
        seen.finish("secrets");
    }

    async fn templates(server: TestServer) {
        let mut seen = Transcript::new();
        let admin = server.admin().await;
        seen.name(&admin.get("/api/v2/users/me").await.json["id"], "admin");
        let organization = "/api/v2/organizations/default";
        let upload = admin.request(Method::POST, "/api/v2/files").body(archive("[external]"));
        let file = seen.send(upload).await.json["hash"].clone();
        seen.name(&file, "file");
        let versions = format!("{organization}/templateversions");
        let first = seen.post(&admin, &versions, json!({"file_id": file, "name": "v1"})).await.json["id"].clone();
        seen.name(&first, "version-1");
        let body = json!({
            "name": "vm", "template_version_id": first, "display_name": "Machine", "description": "A machine of your own",
            "icon": "/icon/vm.svg",
        });
        let created = seen.post(&admin, &format!("{organization}/templates"), body).await.json;
        seen.name(&created["id"], "template-vm");
        seen.name(&created["organization_id"], "organization");
        let template = path("templates", &created["id"]);
        pass(&server, 60);
        let body = json!({"file_id": file, "name": "v2", "template_id": created["id"]});
        let second = seen.post(&admin, &versions, body).await.json["id"].clone();
        seen.name(&second, "version-2");
        seen.patch(&admin, &format!("{template}/versions"), json!({"id": second})).await;
        seen.get(&admin, &path("templateversions", &first)).await;
        seen.get(&admin, &template).await;
        seen.get(&admin, &format!("{organization}/templates/vm")).await;
        seen.get(&admin, "/api/v2/templates").await;
        seen.get(&admin, &format!("{organization}/templates")).await;
        seen.delete(&admin, &template).await;
        seen.get(&admin, "/api/v2/templates").await;
        seen.finish("templates");
    }

    async fn workspaces(server: TestServer) {
        let mut seen = Transcript::new();
        let admin = server.admin().await;
        let user = admin.get("/api/v2/users/me").await.json;
        seen.name(&user["id"], "admin");
        seen.name(&user["organization_ids"][0], "organization");
        let template = template(&admin, "vm", "[external]").await;
        seen.name(&template["id"], "template-vm");
        seen.name(&template["active_version_id"], "version-1");
        let body = json!({"name": "dev", "template_id": template["id"]});
        let created = seen.post(&admin, "/api/v2/users/me/workspaces", body).await.json;
        seen.name(&created["id"], "workspace-dev");
        seen.name(&created["latest_build"]["id"], "build-1");
        seen.name(&created["latest_build"]["template_version_name"], "version-name");
        let build = built(&admin, &created["latest_build"]["id"]).await;
        seen.name(&build["job"]["file_id"], "file");
        seen.name(&build["resources"][0]["agents"][0]["id"], "agent");
        let workspace = path("workspaces", &created["id"]);
        seen.get(&admin, &workspace).await;
        seen.get(&admin, "/api/v2/users/me/workspace/dev").await;
        seen.get(&admin, "/api/v2/workspaces?q=owner:me").await;
        seen.get(&admin, &format!("{workspace}/external-agent/main/credentials")).await;

        seen.note("Its settings");
        seen.patch(&admin, &workspace, json!({"name": "main"})).await;
        let schedule = json!({"schedule": "CRON_TZ=Europe/Berlin 30 9 * * 1-5"});
        seen.put(&admin, &format!("{workspace}/autostart"), schedule).await;
        seen.put(&admin, &format!("{workspace}/ttl"), json!({"ttl_ms": 28_800_000})).await;
        seen.put(&admin, &format!("{workspace}/extend"), json!({"deadline": "2026-03-02T17:00:00Z"})).await;
        seen.send(admin.request(Method::PUT, &format!("{workspace}/favorite"))).await;
        seen.get(&admin, &workspace).await;
        seen.delete(&admin, &format!("{workspace}/favorite")).await;

        seen.note("A dormant workspace stops");
        pass(&server, 60);
        let dormant = seen.put(&admin, &format!("{workspace}/dormant"), json!({"dormant": true})).await.json;
        seen.name(&dormant["latest_build"]["id"], "build-2");
        built(&admin, &dormant["latest_build"]["id"]).await;
        seen.put(&admin, &format!("{workspace}/dormant"), json!({"dormant": false})).await;

        seen.note("Deleted");
        let deleted = admin.post(&format!("{workspace}/builds"), json!({"transition": "delete"})).await.expect(201);
        seen.name(&deleted["id"], "build-3");
        built(&admin, &deleted["id"]).await;
        seen.get(&admin, &format!("{workspace}?include_deleted=true")).await;
        seen.get(&admin, "/api/v2/workspaces").await;
        seen.finish("workspaces");
    }

    async fn builds(server: TestServer) {
        let mut seen = Transcript::new();
        let admin = server.admin().await;
        seen.name(&admin.get("/api/v2/users/me").await.json["id"], "admin");
        let machine = template(&admin, "vm", "[external]").await;
        let created = workspace(&mut seen, &admin, &machine).await;
        let builds = format!("{}/builds", path("workspaces", &created["id"]));
        seen.name(&created["latest_build"]["job"]["file_id"], "file");
        let first = path("workspacebuilds", &created["latest_build"]["id"]);
        seen.name(&admin.get(&first).await.json["resources"][0]["agents"][0]["id"], "agent");
        seen.note("A start that is done");
        seen.get(&admin, &first).await;
        seen.get(&admin, "/api/v2/users/me/workspace/dev/builds/1").await;
        seen.get(&admin, &format!("{first}/logs")).await;
        seen.get(&admin, &format!("{first}/parameters")).await;

        seen.note("A stop, as it is asked for and when it is done");
        pass(&server, 60);
        let stop = seen.post(&admin, &builds, json!({"transition": "stop"})).await.json;
        seen.name(&stop["id"], "build-2");
        built(&admin, &stop["id"]).await;
        seen.get(&admin, &path("workspacebuilds", &stop["id"])).await;
        seen.get(&admin, &format!("{builds}?limit=1&offset=1")).await;

        seen.note("A restart of a stopped workspace is a start");
        pass(&server, 60);
        let restart = format!("{}/restart", path("workspaces", &created["id"]));
        let start = seen.post(&admin, &restart, json!({})).await.json;
        seen.name(&start["id"], "build-3");
        built(&admin, &start["id"]).await;

        seen.note("A build under way that is canceled");
        hold_build(&server, 2).await;
        seen.patch(&admin, &format!("{}/cancel", path("workspacebuilds", &stop["id"])), json!({})).await;
        seen.get(&admin, &path("workspacebuilds", &stop["id"])).await;

        seen.note("A build that failed");
        let process = template(&admin, "local", "[process]").await;
        seen.name(&process["id"], "template-local");
        let body = json!({"name": "local", "template_id": process["id"]});
        let created = admin.post("/api/v2/users/me/workspaces", body).await.expect(201);
        built(&admin, &created["latest_build"]["id"]).await;
        seen.name(&created["latest_build"]["template_version_name"], "version-name-of-local");
        let failed = path("workspacebuilds", &created["latest_build"]["id"]);
        seen.get(&admin, &failed).await;
        seen.get(&admin, &format!("{failed}/logs")).await;
        seen.finish("builds");
    }

    async fn agents(server: TestServer) {
        let mut seen = Transcript::new();
        let admin = server.admin().await;
        let whole = template(&admin, "vm", WHOLE_TEMPLATE).await;
        let created = workspace(&mut seen, &admin, &whole).await;
        let build = admin.get(&path("workspacebuilds", &created["latest_build"]["id"])).await.json;
        let agent = &build["resources"][0]["agents"][0];
        seen.name(&agent["id"], "agent");
        for (position, name) in ["agent-log", "install-log", "clean-up-log"].into_iter().enumerate() {
            seen.name(&agent["log_sources"][position]["id"], name);
        }
        let at_agent = path("workspaceagents", &agent["id"]);
        seen.note("Before it has connected");
        seen.get(&admin, &at_agent).await;
        seen.get(&admin, &format!("{at_agent}/logs")).await;

        seen.note("Connected, with what it reported");
        let credentials = format!("{}/external-agent/main/credentials", path("workspaces", &created["id"]));
        let token = admin.get(&credentials).await.json["agent_token"].as_str().unwrap().to_owned();
        let mut connected = FakeAgent::connect(&server, &token).await;
        let (build_id, source_id) = (connected.manifest.build_id, connected.manifest.scripts[0].log_source_id);
        let now = at(crate::transcript::NOW);
        let line = |level: &str, output: &str| LogLine { at: now.into(), level: level.into(), output: output.into() };
        connected
            .report([
                AgentMessage::Directory { path: "/home/ada/project".into() },
                AgentMessage::Lifecycle { state: "ready".into(), at: now.into() },
                AgentMessage::AppHealth { build_id, slug: "web".into(), health: "unhealthy".into() },
                AgentMessage::Delivery {
                    build_id,
                    warnings: vec![DeliveryWarning { secret: "npm".into(), message: "The file is a directory.".into() }],
                },
                AgentMessage::Logs {
                    batch: 1,
                    source_id,
                    lines: vec![line("info", "installing"), line("error", "no space left <on device>")],
                },
            ])
            .await;
        seen.get(&admin, &at_agent).await;
        let lines = seen.get(&admin, &format!("{at_agent}/logs")).await.json;
        seen.get(&admin, &format!("{at_agent}/logs?after={}", lines[0]["id"])).await;
        seen.send(admin.request(Method::POST, &format!("{at_agent}/pty-ticket"))).await;
        seen.finish("agents");
    }
}
