//! Every kind of error body of the API, as snapshots in `snapshots/errors_*.snap`.

use coder_server::AppHosts;
use coder_testkit::{Api, Engine, PASSWORD, Reply, TestServer, on_both_engines};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::{
    fake_agent::FakeAgent,
    transcript::{Transcript, pass, with_fixed_clock},
    workspaces::{archive, archive_of, built, hold_build, release_build, template, upload},
};

const SECRETS: &str = "/api/v2/users/me/secrets";
/// An unknown id.
const NOTHING: &str = "00000000-0000-0000-0000-000000000000";
const HOUR: i64 = 3_600_000_000_000;

/// Makes a request a WebSocket upgrade.
pub fn upgrade(request: RequestBuilder) -> RequestBuilder {
    request
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
}

/// Creates a workspace of the caller and waits until it runs.
async fn workspace(api: &Api, name: &str, template: &Value) -> Value {
    let body = json!({"name": name, "template_id": template["id"]});
    let created = api.post("/api/v2/users/me/workspaces", body).await.expect(201);
    built(api, &created["latest_build"]["id"]).await;
    created
}

fn id(json: &Value) -> &str {
    json["id"].as_str().expect("an id")
}

impl Transcript {
    /// Posts each of these bodies.
    async fn post_each(&mut self, api: &Api, path: &str, bodies: impl IntoIterator<Item = Value>) {
        for body in bodies {
            self.post(api, path, body).await;
        }
    }

    /// Requests a WebSocket upgrade.
    async fn upgrade(&mut self, api: &Api, path: &str) -> Reply {
        self.send(upgrade(api.request(Method::GET, path))).await
    }
}

on_both_engines! {
    #![start(with_fixed_clock)]

    /// Errors before a handler runs.
    async fn errors_requests(server: TestServer) {
        let mut seen = Transcript::new();
        let admin = server.admin().await;
        seen.note("Bodies that are not the JSON that is expected. No error repeats what was sent");
        for body in [
            "", "{", "[]", "null", "\"text\"", "{\"name\":5}", "{\"name\":null}",
            "{\"name\":\"k\",\"value\":{\"canary\":1}}",
            "{\"name\":\"k\",\"enabled\":\"canary\"}", "{\"name\":\"k\",\"value\":\"canary\",\"value\":\"b\"}",
            "{\"name\":\"\\ud800\"}", "{\"name\":\"k\",\"value\":\"canary", "{\"name\":\"k\"} {}",
        ] {
            seen.send(admin.request(Method::POST, SECRETS).body(body)).await;
        }
        let deep = format!("{{\"name\":{}", "[".repeat(200_000));
        seen.send(admin.request(Method::POST, SECRETS).body(deep)).await;
        seen.post(&admin, "/api/v2/organizations/default/templateversions", json!({})).await;
        seen.post(&admin, "/api/v2/organizations/default/templateversions", json!({"file_id": "canary"})).await;
        seen.put(&admin, &format!("/api/v2/workspaces/{NOTHING}/extend"), json!({"deadline": "canary"})).await;
        seen.note("A null byte in text that a database would keep");
        seen.post(&server.anonymous, "/api/v2/users/login", json!({"email": "a\u{0}b", "password": "x"})).await;
        seen.get(&admin, "/api/v2/users?q=%00").await;

        seen.note("Bodies that are too large");
        seen.send(admin.request(Method::POST, SECRETS).body("x".repeat(1024 * 1024 + 1))).await;
        seen.send(admin.request(Method::POST, &format!("{SECRETS}/batch")).body("x".repeat(8 * 1024 * 1024 + 1))).await;
        seen.send(admin.request(Method::POST, "/api/v2/files").body("x".repeat(10 * 1024 * 1024 + 1))).await;

        seen.note("Paths and queries");
        seen.get(&admin, "/api/v2/nothing").await;
        seen.delete(&admin, "/api/v2/users").await;
        seen.get(&admin, "/api/v2/workspaces/dev").await;
        seen.get(&admin, "/api/v2/users/%FF").await;
        seen.get(&admin, "/api/v2/users/me/workspace/dev/builds/first").await;
        for query in ["limit=many", "limit=-1", "limit=1&limit=2"] {
            seen.get(&admin, &format!("/api/v2/users?{query}")).await;
        }
        seen.get(&admin, "/api/v2/users/me/keys/tokens?include_all=maybe").await;

        seen.note("Routes for WebSockets, asked without one");
        let workspace = workspace(&admin, "dev", &template(&admin, "vm", "[external]").await).await;
        let build = id(&workspace["latest_build"]);
        seen.name(&workspace["latest_build"]["id"], "build-1");
        seen.get(&admin, &format!("/api/v2/workspacebuilds/{build}/logs?follow")).await;
        seen.get(&admin, &format!("/api/v2/workspaces/{NOTHING}/watch-ws")).await;
        seen.get(&admin, &format!("/api/v2/workspaceagents/{NOTHING}/tunnel")).await;
        seen.get(&admin, &format!("/api/v2/workspaceagents/{NOTHING}/pty")).await;
        seen.get(&server.anonymous, "/api/v2/workspaceagents/me/rpc?version=1").await;

        seen.note("A failure of the server's own");
        server.database.execute("ALTER TABLE user_secrets RENAME TO elsewhere").await;
        seen.get(&admin, SECRETS).await;
        seen.finish("errors_requests");
    }

    async fn errors_authentication(server: TestServer) {
        let mut seen = Transcript::new();
        let admin = server.admin().await;
        let me = "/api/v2/users/me";
        seen.note("No token, and tokens that are none");
        seen.get(&server.anonymous, me).await;
        seen.get(&server.anonymous.with_token("x"), me).await;
        seen.get(&server.anonymous.with_token("0123456789-0123456789012345678901"), me).await;
        let token = admin.token.clone().unwrap();
        let (key, _) = token.split_once('-').unwrap();
        seen.get(&server.anonymous.with_token(&format!("{key}-0123456789012345678901")), me).await;
        seen.note("A token in a URL is none");
        seen.get(&server.anonymous, &format!("{me}?coder_session_token={token}")).await;
        seen.note("An expired one");
        let body = json!({"token_name": "ci", "lifetime": HOUR});
        let short = admin.post("/api/v2/users/me/keys/tokens", body).await.expect(201);
        pass(&server, 3600);
        seen.get(&server.anonymous.with_token(short["key"].as_str().unwrap()), me).await;
        seen.note("A cookie that another site made the browser send");
        let cookie = format!("coder_session_token={token}");
        for (name, value) in [("x", "y"), ("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
            let request = server.anonymous.request(Method::POST, SECRETS).header("cookie", &cookie).header(name, value);
            seen.send(request.json(&json!({"name": "k", "value": "x"}))).await;
        }

        seen.note("Logging in: one response for a wrong password and an unknown address");
        let login = "/api/v2/users/login";
        let wrong = |email: &str| json!({"email": email, "password": "wrong password"});
        seen.post_each(&server.anonymous, login, [wrong("admin@example.com"), wrong("unknown@example.com")]).await;
        seen.note("A suspended user, with a token that was revoked and one that was not");
        let bob = server.user(&admin, "bob").await;
        server.database.execute("UPDATE users SET status = 'suspended' WHERE username = 'bob'").await;
        seen.get(&bob, me).await;
        admin.put("/api/v2/users/bob/status/suspend", json!({})).await.expect(200);
        seen.get(&bob, me).await;
        seen.post(&server.anonymous, login, json!({"email": "bob@example.com", "password": PASSWORD})).await;
        seen.note("After twenty failures for one account, however its name is written");
        for _ in 0..19 {
            server.anonymous.post(login, wrong("ADMIN@example.com")).await.expect(401);
        }
        seen.post(&server.anonymous, login, wrong("admin@example.com")).await;

        seen.note("Agents");
        let agents = "/api/v2/workspaceagents/me/rpc";
        let agent = server.anonymous.with_token("0123456789012345678901234567890123456789");
        seen.upgrade(&agent, agents).await;
        seen.upgrade(&agent, &format!("{agents}?version=999")).await;
        seen.upgrade(&agent, &format!("{agents}?version=1")).await;
        let created = workspace(&admin, "dev", &template(&admin, "vm", "[external]").await).await;
        let at = format!("/api/v2/workspaces/{}", id(&created));
        let credentials = admin.get(&format!("{at}/external-agent/main/credentials")).await.expect(200);
        let agent = server.anonymous.with_token(credentials["agent_token"].as_str().unwrap());
        server.database.execute("UPDATE users SET status = 'suspended' WHERE username = 'admin'").await;
        seen.upgrade(&agent, &format!("{agents}?version=1")).await;
        server.database.execute("UPDATE users SET status = 'active' WHERE username = 'admin'").await;
        let stop = admin.post(&format!("{at}/builds"), json!({"transition": "stop"})).await.expect(201);
        built(&admin, &stop["id"]).await;
        seen.upgrade(&agent, &format!("{agents}?version=1")).await;
        seen.finish("errors_authentication");
    }

    async fn errors_users(server: TestServer) {
        let mut seen = Transcript::new();
        let (first, users) = ("/api/v2/users/first", "/api/v2/users");
        seen.note("The first user: all field errors at once; the password's if there is no other");
        let new_user = |username: &str, email: &str, password: &str| {
            json!({"username": username, "email": email, "password": password})
        };
        seen.post_each(&server.anonymous, first, [json!({}), new_user("ada", "ada@example.com", "short")]).await;
        let admin = server.admin().await;
        seen.post(&server.anonymous, first, new_user("ada", "ada@example.com", PASSWORD)).await;

        seen.note("Creating users");
        let bob = server.user(&admin, "bob").await;
        let status = json!({
            "username": "me", "email": "e".repeat(400), "name": "x\u{7}", "password": PASSWORD, "user_status": "suspended",
        });
        seen.post_each(&admin, users, [
            new_user("a b", "x", PASSWORD),
            status,
            new_user(&"a".repeat(33), "ada@example.com", PASSWORD),
            new_user("ada", "ada@example.com", ""),
            new_user("ada", "ada@example.com", "aaaaaaaa"),
            new_user("ada", "ada@example.com", &"ab".repeat(33)),
            new_user("BOB", "other@example.com", PASSWORD),
            new_user("other", "BOB@example.com", PASSWORD),
        ]).await;
        seen.note("Who may not create users; who may not see another user");
        seen.post(&bob, users, new_user("ada", "ada@example.com", PASSWORD)).await;
        seen.get(&bob, "/api/v2/users/admin").await;
        seen.get(&admin, "/api/v2/users/unknown").await;
        seen.note("Search");
        for query in ["color:red", "status:asleep"] {
            seen.get(&admin, &format!("{users}?q={query}")).await;
        }

        seen.note("Changing users");
        seen.put(&bob, "/api/v2/users/me/profile", json!({"username": "b b", "name": "x\u{7}"})).await;
        seen.put(&bob, "/api/v2/users/me/profile", json!({"username": "admin"})).await;
        let password = |old: &str, new: &str| json!({"old_password": old, "password": new});
        seen.put(&bob, "/api/v2/users/me/password", password("wrong password", "a new password")).await;
        seen.put(&bob, "/api/v2/users/me/password", password(PASSWORD, "short")).await;
        seen.put(&admin, "/api/v2/users/bob/roles", json!({"roles": ["root"]})).await;
        seen.put(&admin, "/api/v2/users/me/roles", json!({"roles": []})).await;
        seen.put(&admin, "/api/v2/users/me/status/suspend", json!({})).await;
        seen.delete(&admin, "/api/v2/users/me").await;
        let vm = template(&admin, "vm", "[external]").await;
        workspace(&bob, "dev", &vm).await;
        seen.delete(&admin, "/api/v2/users/bob").await;

        seen.note("Tokens");
        let tokens = "/api/v2/users/me/keys/tokens";
        admin.post(tokens, json!({"token_name": "ci"})).await.expect(201);
        seen.post_each(&admin, tokens, [
            json!({"token_name": "a b", "lifetime": 400 * 24 * HOUR}),
            json!({"token_name": "x", "lifetime": -1}),
            json!({"token_name": "ci"}),
        ]).await;
        seen.post(&admin, "/api/v2/users/bob/keys/tokens", json!({})).await;
        seen.get(&bob, &format!("{tokens}?include_all=true")).await;
        seen.get(&admin, &format!("{tokens}/unknown")).await;
        seen.finish("errors_users");
    }

    async fn errors_secrets(server: TestServer) {
        let mut seen = Transcript::new();
        let admin = server.admin().await;
        let bob = server.user(&admin, "bob").await;
        seen.note("All field errors at once");
        seen.post(&admin, SECRETS, json!({"env_name": "1", "file_path": "x", "description": "d".repeat(20_000)})).await;
        seen.note("Names");
        let named = |name: &str| json!({"name": name, "value": "x"});
        seen.post_each(&admin, SECRETS, [" a", "a/b", "a\u{1b}", ".."].map(named)).await;
        seen.post(&admin, SECRETS, named(&"n".repeat(256))).await;
        seen.note("Values");
        let valued = |value: &str| json!({"name": "k", "value": value});
        seen.post_each(&admin, SECRETS, [valued("a\u{0}"), valued(&"v".repeat(24_577))]).await;
        seen.note("Variables");
        let env = |env_name: &str| json!({"name": "k", "value": "x", "env_name": env_name});
        seen.post_each(&admin, SECRETS, ["path", "CODER_X", "git_dir"].map(env)).await;
        seen.post(&admin, SECRETS, env(&"N".repeat(257))).await;
        seen.note("Files");
        let file = |file_path: &str| json!({"name": "k", "value": "x", "file_path": file_path});
        seen.post_each(&admin, SECRETS, [file("~user/x"), file("/a\u{0}"), file(&format!("/{}", "p".repeat(4096)))]).await;

        seen.note("What is in use");
        for n in ["a", "b"] {
            let body = json!({"name": n, "value": "x", "env_name": n.to_uppercase(), "file_path": format!("~/{n}")});
            admin.post(SECRETS, body).await.expect(201);
        }
        seen.post_each(&admin, SECRETS, [named("a"), env("A"), file("~/a")]).await;
        seen.patch(&admin, &format!("{SECRETS}/a"), json!({"env_name": "B"})).await;
        seen.note("Updates");
        seen.patch(&admin, &format!("{SECRETS}/a"), json!({})).await;
        seen.patch(&admin, &format!("{SECRETS}/a"), json!({"value": "a\u{0}", "env_name": "1", "file_path": "x"})).await;
        seen.patch(&admin, &format!("{SECRETS}/unknown"), json!({"value": "x"})).await;
        seen.delete(&admin, &format!("{SECRETS}/unknown")).await;

        seen.note("Secrets of another user: not even for the deployment's owner");
        let bobs = "/api/v2/users/bob/secrets";
        bob.post(bobs, named("k")).await.expect(201);
        seen.get(&admin, bobs).await;
        seen.get(&admin, &format!("{bobs}/k")).await;
        seen.post(&admin, bobs, named("x")).await;
        seen.patch(&admin, &format!("{bobs}/k"), json!({"value": "x"})).await;
        seen.delete(&admin, &format!("{bobs}/k")).await;

        seen.note("Files of secrets");
        let batch = format!("{SECRETS}/batch");
        let import = |format: &str, content: &str| json!({"format": format, "content": content});
        seen.post_each(&admin, &batch, [
            import("", "A=1"), import("toml", "A=1"), import("env", ""), import("env", "A=1\nnothing"),
            import("env", "A=1\nA=2"), import("json", "{\"A\":1}"), import("json", "[]"), import("yaml", "A: [1]"),
            import("env", &"#".repeat(1_048_577)),
            import("json", "{\"GOOD\":\"1\",\"EMPTY\":\"\",\"a/b\":\"1\"}"),
            import("env", "a=1\nB=2\nnew=3\n"),
            import("env", &format!("P={}\nQ=x\n", "v".repeat(24_576))),
        ]).await;

        seen.note("Limits");
        seen.post(&admin, SECRETS, json!({"name": "k", "value": "v".repeat(24_576), "env_name": "K"})).await;
        for n in 0..7 {
            admin.post(SECRETS, json!({"name": format!("large{n}"), "value": "v".repeat(24_576)})).await.expect(201);
        }
        let rest = json!({"name": "rest", "value": "v".repeat(24_576)});
        admin.post(SECRETS, rest).await.expect(201);
        seen.post(&admin, SECRETS, json!({"name": "k", "value": "v".repeat(8193)})).await;
        for n in 0..40 {
            admin.post(SECRETS, named(&format!("small{n}"))).await.expect(201);
        }
        seen.post(&admin, SECRETS, named("k")).await;
        seen.post(&admin, &batch, import("env", "P=1\nQ=2")).await;
        seen.finish("errors_secrets");
    }

    async fn errors_templates(server: TestServer) {
        let mut seen = Transcript::new();
        let admin = server.admin().await;
        let bob = server.user(&admin, "bob").await;
        let organization = "/api/v2/organizations/default";
        let (versions, templates) = (format!("{organization}/templateversions"), format!("{organization}/templates"));
        seen.note("Archives");
        seen.send(bob.request(Method::POST, "/api/v2/files").body(archive("[external]"))).await;
        let archives = [b"no archive".repeat(100), archive_of("README.md", b"x"), archive_of("template.toml", b"\xFF")];
        for archive in archives {
            seen.send(admin.request(Method::POST, "/api/v2/files").body(archive)).await;
        }
        seen.note("Versions");
        let invalid = upload(&admin, archive("[agent]\ndirr = \"x\"\n[[script]]\ntimeout = \"soon\"\n")).await.expect(201);
        let file = upload(&admin, archive("[external]")).await.expect(201)["hash"].clone();
        seen.post_each(&admin, &versions, [
            json!({"file_id": invalid["hash"]}),
            json!({"file_id": NOTHING}),
            json!({"file_id": file, "name": "a b"}),
            json!({"file_id": file, "template_id": NOTHING}),
        ]).await;
        seen.post(&bob, &versions, json!({"file_id": file})).await;
        seen.get(&admin, &format!("/api/v2/templateversions/{NOTHING}")).await;

        seen.note("Templates");
        let vm = template(&admin, "vm", "[external]").await;
        let version = admin.post(&versions, json!({"file_id": file})).await.expect(201)["id"].clone();
        seen.name(&file, "file");
        seen.name(&version, "new-version");
        seen.name(&vm["id"], "template-vm");
        seen.name(&vm["active_version_id"], "version-1");
        seen.post_each(&admin, &templates, [
            json!({"name": "a b", "template_version_id": version}),
            json!({"name": "x", "template_version_id": version, "description": "d".repeat(1025)}),
            json!({"name": "x", "template_version_id": NOTHING}),
            json!({"name": "x", "template_version_id": vm["active_version_id"]}),
            json!({"name": "VM", "template_version_id": version}),
        ]).await;
        seen.post(&bob, &templates, json!({"name": "x", "template_version_id": version})).await;
        seen.get(&admin, &format!("{templates}/unknown")).await;
        let path = format!("/api/v2/templates/{}", id(&vm));
        seen.patch(&admin, &format!("{path}/versions"), json!({"id": version})).await;
        workspace(&admin, "dev", &vm).await;
        seen.delete(&admin, &path).await;
        seen.delete(&bob, &path).await;
        seen.note("One that only a newer server understands");
        server.database.execute("UPDATE template_versions SET definition = '[container]'").await;
        seen.get(&admin, "/api/v2/users/me/workspace/dev").await;
        seen.finish("errors_templates");
    }

    async fn errors_workspaces(server: TestServer) {
        let mut seen = Transcript::new();
        let admin = server.admin().await;
        let bob = server.user(&admin, "bob").await;
        let app = |slug: &str, to: &str| format!("[[app]]\nslug = \"{slug}\"\n{to}\n");
        let apps = app("web", "url = \"http://refused:80\"") + &app("top", "command = \"top\"") + "[external]";
        let vm = template(&admin, "vm", &apps).await;
        let local = template(&admin, "local", "[process]").await;
        seen.name(&vm["id"], "template-vm");
        seen.name(&vm["active_version_id"], "version-1");
        seen.name(&local["active_version_id"], "version-of-local");

        seen.note("Creating workspaces");
        let all = "/api/v2/users/me/workspaces";
        let dev = workspace(&admin, "dev", &vm).await;
        seen.name(&dev["id"], "workspace-dev");
        seen.name(&dev["latest_build"]["id"], "build-1");
        seen.post_each(&admin, all, [
            json!({"template_id": vm["id"]}),
            json!({"name": "a b", "template_id": vm["id"]}),
            json!({"name": "x"}),
            json!({"name": "x", "template_id": vm["id"], "template_version_id": vm["active_version_id"]}),
            json!({"name": "x", "template_id": NOTHING}),
            json!({"name": "x", "template_version_id": NOTHING}),
            json!({"name": "DEV", "template_id": vm["id"]}),
        ]).await;
        seen.post(&admin, "/api/v2/users/bob/workspaces", json!({"name": "x", "template_id": vm["id"]})).await;
        seen.get(&admin, "/api/v2/workspaces?q=color:red").await;

        seen.note("Workspaces of another user, and unknown ones");
        let path = format!("/api/v2/workspaces/{}", id(&dev));
        seen.get(&bob, &path).await;
        seen.get(&admin, "/api/v2/users/me/workspace/unknown").await;
        seen.get(&admin, "/api/v2/users/me/workspace/dev/builds/99").await;

        seen.note("Settings");
        workspace(&admin, "two", &vm).await;
        seen.patch(&admin, &path, json!({"name": "two"})).await;
        seen.patch(&admin, &path, json!({"name": "a b"})).await;
        for schedule in ["tomorrow", "61 9 * * 1", "CRON_TZ=Nowhere/None 0 9 * * 1"] {
            seen.put(&admin, &format!("{path}/autostart"), json!({"schedule": schedule})).await;
        }
        for ttl in [1000, 31 * 24 * 3_600_000_i64] {
            seen.put(&admin, &format!("{path}/ttl"), json!({"ttl_ms": ttl})).await;
        }
        for deadline in ["2026-03-02T09:10:00Z", "2026-05-01T00:00:00Z"] {
            seen.put(&admin, &format!("{path}/extend"), json!({"deadline": deadline})).await;
        }

        seen.note("Builds");
        let builds = format!("{path}/builds");
        seen.post_each(&admin, &builds, [
            json!({"transition": "pause"}),
            json!({"transition": "start", "template_version_id": local["active_version_id"]}),
        ]).await;
        let bobs = workspace(&bob, "bobs", &vm).await;
        seen.name(&bobs["id"], "workspace-of-bob");
        let orphan = json!({"transition": "delete", "orphan": true});
        seen.post(&bob, &format!("/api/v2/workspaces/{}/builds", id(&bobs)), orphan).await;
        seen.patch(&admin, &format!("/api/v2/workspacebuilds/{}/cancel", id(&dev["latest_build"])), json!({})).await;
        hold_build(&server, 1).await;
        seen.post(&admin, &builds, json!({"transition": "stop"})).await;
        seen.put(&admin, &format!("{path}/dormant"), json!({"dormant": true})).await;
        release_build(&server, 1).await;

        seen.note("The way into a workspace");
        let build = admin.get(&format!("/api/v2/workspacebuilds/{}", id(&dev["latest_build"]))).await.json;
        let agent = &build["resources"][0]["agents"][0];
        seen.name(&agent["id"], "agent");
        let at_agent = format!("/api/v2/workspaceagents/{}", id(agent));
        seen.upgrade(&admin, &format!("{at_agent}/tunnel")).await;
        seen.upgrade(&bob, &format!("{at_agent}/tunnel")).await;
        seen.send(bob.request(Method::POST, &format!("{at_agent}/pty-ticket"))).await;
        let ticket = "0123456789-0123456789012345678901";
        seen.upgrade(&server.anonymous, &format!("{at_agent}/pty?ticket={ticket}")).await;
        let own = server.anonymous.request(Method::GET, &format!("{at_agent}/pty?ticket={ticket}"));
        seen.send(upgrade(own).header("sec-fetch-site", "same-origin")).await;
        let credentials = format!("{path}/external-agent/main/credentials");
        seen.get(&admin, &format!("{path}/external-agent/other/credentials")).await;
        let process = workspace(&admin, "process", &local).await;
        seen.name(&process["id"], "workspace-process");
        seen.get(&admin, &format!("/api/v2/workspaces/{}/external-agent/main/credentials", id(&process))).await;
        let token = admin.get(&credentials).await.expect(200)["agent_token"].as_str().unwrap().to_owned();
        let connected = FakeAgent::connect(&server, &token).await;
        for command in ["refused", "silent"] {
            seen.upgrade(&admin, &format!("{at_agent}/pty?command={command}")).await;
        }
        for slug in ["web", "top", "unknown"] {
            seen.get(&admin, &format!("/@admin/dev/apps/{slug}/")).await;
        }
        drop(connected);

        seen.note("Dormant, stopped and deleted");
        let dormant = admin.put(&format!("{path}/dormant"), json!({"dormant": true})).await.expect(200);
        built(&admin, &dormant["latest_build"]["id"]).await;
        seen.post(&admin, &builds, json!({"transition": "start"})).await;
        seen.put(&admin, &format!("{path}/extend"), json!({"deadline": "2026-03-02T17:00:00Z"})).await;
        seen.get(&admin, "/@admin/dev/apps/web/").await;
        let deleted = admin.post(&builds, json!({"transition": "delete"})).await.expect(201);
        built(&admin, &deleted["id"]).await;
        seen.get(&admin, &path).await;
        seen.finish("errors_workspaces");
    }
}

/// A server that serves apps on subdomains only.
async fn without_app_paths(engine: Engine) -> TestServer {
    let hosts = AppHosts::parse("*.apps.example.com").unwrap();
    TestServer::start_with(engine, |config| {
        config.app_hosts = Some(hosts);
        config.path_based_apps = false;
    })
    .await
}

on_both_engines! {
    #![start(without_app_paths)]

    async fn errors_apps(server: TestServer) {
        let mut seen = Transcript::new();
        let admin = server.admin().await;
        seen.get(&admin, "/@admin/dev/apps/web/").await;
        let host = "web--main--dev--admin.apps.example.com";
        let at = |host: &str| server.anonymous.request(Method::GET, "/").header("host", host);
        seen.note(host);
        seen.send(at(host)).await;
        seen.send(at(host).header("coder-session-token", admin.token.clone().unwrap())).await;
        seen.note("x.apps.example.com");
        seen.send(at("x.apps.example.com")).await;

        seen.note("A browser is sent back to an app of this server, and nowhere else");
        for back in [
            "x", "http://evil.example/", "http://x.apps.example.com/", "https://web--main--dev--admin.apps.example.com/",
        ] {
            seen.get(&admin, &format!("/api/v2/applications/auth-redirect?redirect_uri={back}")).await;
        }
        let origin = server.state.access_url.port().map(|port| format!("http://{host}:{port}/")).unwrap();
        let back = format!("/api/v2/applications/auth-redirect?redirect_uri={origin}");
        seen.get(&admin, &format!("{back}&state=a+b")).await;
        seen.get(&admin, &format!("{back}&state=a")).await;
        seen.finish("errors_apps");
    }
}
