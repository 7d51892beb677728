use std::time::Duration;

use coder_testkit::{Api, TestServer, on_both_engines};
use futures_util::StreamExt;
use reqwest::Method;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

/// A tar archive with one `template.toml`.
pub fn archive(text: &str) -> Vec<u8> {
    archive_of("template.toml", text.as_bytes())
}

/// A tar archive with one file.
pub fn archive_of(name: &str, content: &[u8]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    header.set_cksum();
    archive.append_data(&mut header, name, content).unwrap();
    archive.into_inner().unwrap()
}

pub async fn upload(api: &Api, bytes: Vec<u8>) -> coder_testkit::Reply {
    Api::send(api.request(Method::POST, "/api/v2/files").body(bytes)).await
}

/// Creates a template with this `template.toml`.
pub async fn template(api: &Api, name: &str, text: &str) -> Value {
    let file = upload(api, archive(text)).await.expect(201);
    let version = json!({"file_id": file["hash"]});
    let version = api.post("/api/v2/organizations/default/templateversions", version).await.expect(201);
    let body = json!({"name": name, "template_version_id": version["id"]});
    api.post("/api/v2/organizations/default/templates", body).await.expect(201)
}

/// Waits for the end of a build.
pub async fn built(api: &Api, id: &Value) -> Value {
    let path = format!("/api/v2/workspacebuilds/{}", id.as_str().unwrap());
    for _ in 0..500 {
        let build = api.get(&path).await.expect(200);
        if !matches!(build["job"]["status"].as_str(), Some("pending" | "running" | "canceling")) {
            return build;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the build does not end");
}

/// Sets builds of this number to running on another server, until they are canceled.
pub async fn hold_build(server: &TestServer, number: i64) {
    let until = i64::MAX;
    set_build(server, number, &format!("status = 'running', completed_at = NULL, claimed_until = {until}"))
        .await;
}

/// Sets them to completed by that server.
pub async fn release_build(server: &TestServer, number: i64) {
    set_build(server, number, "status = 'succeeded', completed_at = started_at, claimed_until = NULL").await;
}

async fn set_build(server: &TestServer, number: i64, columns: &str) {
    let sql = format!("UPDATE workspace_builds SET {columns} WHERE build_number = {number}");
    assert!(server.database.execute(&sql).await > 0);
}

on_both_engines! {
    async fn templates(server: TestServer) {
        let admin = server.admin().await;
        let alice = server.user(&admin, "alice").await;
        assert_eq!(upload(&alice, archive("[external]")).await.status, 403);
        assert_eq!(upload(&admin, b"no archive".repeat(100)).await.status, 400);
        let file = upload(&admin, archive("[agent]\ndri = 1\n")).await.expect(201);
        let rejected = admin
            .post("/api/v2/organizations/default/templateversions", json!({"file_id": file["hash"]}))
            .await;
        assert_eq!((rejected.status, rejected.message()), (400, "The template is not valid."));
        assert_eq!(
            rejected.validations()[0],
            ("template.toml".into(), "template.toml:1: say what the workspace runs on: add [process] or [external]".into())
        );
        let created = template(&admin, "vm", "[external]").await;
        assert_eq!((&created["provisioner"], &created["created_by_name"]), (&json!("external"), &json!("admin")));
        let listed = alice.get("/api/v2/templates").await.expect(200);
        assert_eq!(listed.as_array().map(Vec::len), Some(1));
        alice.get("/api/v2/organizations/default/templates/VM").await.expect(200);
        let id = created["id"].as_str().unwrap();
        alice.delete(&format!("/api/v2/templates/{id}")).await.expect(403);

        let file = upload(&admin, archive("[external]\n[agent]\nname = \"two\"")).await.expect(201);
        let version = json!({"file_id": file["hash"], "template_id": id});
        let version = admin.post("/api/v2/organizations/default/templateversions", version).await.expect(201);
        let activate = json!({"id": version["id"]});
        admin.patch(&format!("/api/v2/templates/{id}/versions"), activate).await.expect(200);
        assert_eq!(admin.get(&format!("/api/v2/templates/{id}")).await.expect(200)["active_version_id"], version["id"]);
        admin.delete(&format!("/api/v2/templates/{id}")).await.expect(200);
        admin.get(&format!("/api/v2/templates/{id}")).await.expect(404);
    }

    async fn a_workspace_from_create_to_delete(server: TestServer) {
        let admin = server.admin().await;
        let alice = server.user(&admin, "alice").await;
        let bob = server.user(&admin, "bob").await;
        let template = template(&admin, "vm", "[external]\n[agent.env]\nEDITOR = \"vim\"").await;
        let body = json!({"name": "dev", "template_id": template["id"]});
        let created = alice.post("/api/v2/users/me/workspaces", body.clone()).await.expect(201);
        assert_eq!((&created["owner_name"], &created["template_name"]), (&json!("alice"), &json!("vm")));
        let again = alice.post("/api/v2/users/me/workspaces", body.clone()).await;
        assert_eq!((again.status, again.message()), (409, "Workspace \"dev\" already exists."));
        admin.post("/api/v2/users/alice/workspaces", body).await.expect(403);

        let build = built(&alice, &created["latest_build"]["id"]).await;
        assert_eq!((&build["status"], &build["build_number"]), (&json!("running"), &json!(1)));
        let agent = &build["resources"][0]["agents"][0];
        assert_eq!((&agent["status"], &agent["lifecycle_state"]), (&json!("connecting"), &json!("created")));
        assert_eq!(agent["environment_variables"], json!({"EDITOR": "vim"}));
        let id = created["id"].as_str().unwrap();
        let path = format!("/api/v2/workspaces/{id}");
        let logs = alice.get(&format!("/api/v2/workspacebuilds/{}/logs", build["id"].as_str().unwrap())).await.expect(200);
        assert_eq!(logs[0]["stage"], "Starting");

        // Only its owner may use it; the deployment's owner may manage it.
        let credentials = format!("{path}/external-agent/main/credentials");
        let shown = alice.get(&credentials).await.expect(200);
        let token = shown["agent_token"].as_str().unwrap();
        assert!(shown["command"].as_str().unwrap().ends_with(&format!("CODER_AGENT_TOKEN={token} coder agent")));
        admin.get(&credentials).await.expect(404);
        bob.get(&credentials).await.expect(404);
        bob.get(&path).await.expect(404);
        admin.get(&path).await.expect(200);
        let tunnel = format!("/api/v2/workspaceagents/{}/tunnel", agent["id"].as_str().unwrap());
        for (who, status) in [(&admin, 404), (&bob, 404), (&alice, 409)] {
            let request = who.request(Method::GET, &tunnel).header("connection", "upgrade").header("upgrade", "websocket")
                .header("sec-websocket-version", "13").header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
            assert_eq!(Api::send(request).await.status, status);
        }

        assert_eq!(alice.get("/api/v2/workspaces?q=owner:me").await.expect(200)["count"], 1);
        assert_eq!(bob.get("/api/v2/workspaces").await.expect(200)["count"], 0);
        assert_eq!(bob.get("/api/v2/workspaces?q=owner:alice").await.expect(200)["count"], 0);
        assert_eq!(admin.get("/api/v2/workspaces?q=name:de").await.expect(200)["count"], 1);
        admin.get("/api/v2/workspaces?q=color:red").await.expect(400);
        admin.delete(&format!("/api/v2/templates/{}", template["id"].as_str().unwrap())).await.expect(400);
        admin.delete("/api/v2/users/alice").await.expect(409);

        let builds = format!("{path}/builds");
        let wrong = alice.post(&builds, json!({"transition": "pause"})).await;
        assert_eq!((wrong.status, wrong.validations()[0].0.as_str()), (400, "transition"));
        let stop = alice.post(&builds, json!({"transition": "stop"})).await.expect(201);
        assert_eq!(built(&alice, &stop["id"]).await["status"], "stopped");
        let deleted = alice.post(&builds, json!({"transition": "delete"})).await.expect(201);
        built(&alice, &deleted["id"]).await;
        assert_eq!(alice.get(&path).await.status, 410);
        alice.get(&format!("{path}?include_deleted=true")).await.expect(200);
        alice.get("/api/v2/users/me/workspace/dev").await.expect(404);
        assert_eq!(server.database.number("SELECT COUNT(*) FROM agents").await, 0);
        assert_eq!(alice.get("/api/v2/users/me/workspace/dev/builds/2").await.expect(200)["transition"], "stop");
    }

    /// Of concurrent requests one creates a build, and no other is created while it is pending.
    async fn one_build_at_a_time(server: TestServer) {
        let admin = server.admin().await;
        let template = template(&admin, "vm", "[external]").await;
        let make = async |name: &str| {
            let body = json!({"name": name, "template_id": template["id"]});
            let created = admin.post("/api/v2/users/me/workspaces", body).await.expect(201);
            built(&admin, &created["latest_build"]["id"]).await;
            format!("/api/v2/workspaces/{}/builds", created["id"].as_str().unwrap())
        };
        let (builds, others_builds) = (make("dev").await, make("other").await);
        for round in 0..4 {
            server.database.hold_builds().await;
            let race = (0..10).map(|n| {
                let (admin, builds) = (admin.clone(), builds.clone());
                let transition = if n % 2 == 0 { "stop" } else { "start" };
                tokio::spawn(async move { admin.post(&builds, json!({"transition": transition})).await })
            });
            let mut created = Vec::new();
            for response in race.collect::<Vec<_>>() {
                let response = response.await.unwrap();
                if response.status == 201 {
                    created.push(response.json["id"].clone());
                } else {
                    assert_eq!((response.status, response.message()), (409, "A workspace build is already active."));
                }
            }
            let [only] = created.as_slice() else { panic!("{} builds in round {round}", created.len()) };
            server.database.release_builds().await;
            // Of another workspace. The server looks for builds when one is requested.
            let other = admin.post(&others_builds, json!({"transition": "stop"})).await.expect(201);
            for build in [only, &other["id"]] {
                assert_eq!(built(&admin, build).await["job"]["status"], "succeeded");
            }
        }
        let listed = admin.get(&builds).await.expect(200);
        let numbers: Vec<_> = listed.as_array().unwrap().iter().map(|build| build["build_number"].as_i64().unwrap()).collect();
        assert_eq!(numbers, [5, 4, 3, 2, 1]);
    }

    /// Reference X-38: the log of a build is streamed until its end.
    async fn following_a_log(server: TestServer) {
        let admin = server.admin().await;
        let template = template(&admin, "vm", "[external]").await;
        let body = json!({"name": "dev", "template_id": template["id"]});
        let created = admin.post("/api/v2/users/me/workspaces", body).await.expect(201);
        let id = created["latest_build"]["id"].as_str().unwrap();
        let path = format!("/api/v2/workspacebuilds/{id}/logs");
        let plain = admin.get(&format!("{path}?follow")).await;
        assert_eq!((plain.status, plain.message()), (400, "Following a log needs a WebSocket."));
        let url = admin.request(Method::GET, &format!("{path}?follow")).build().unwrap().url().to_string();
        let mut request = url.replacen("http", "ws", 1).into_client_request().unwrap();
        request.headers_mut().insert("Coder-Session-Token", admin.token.clone().unwrap().parse().unwrap());
        let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
        let mut stages = Vec::new();
        while let Some(Ok(message)) = tokio::time::timeout(Duration::from_secs(20), socket.next()).await.unwrap() {
            if message.is_text() {
                let line: Value = serde_json::from_str(message.to_text().unwrap()).unwrap();
                stages.push(line["stage"].as_str().unwrap().to_owned());
            }
        }
        assert_eq!(stages, ["Starting"]);
        let all = admin.get(&path).await.expect(200);
        let first = all[0]["id"].as_i64().unwrap();
        assert_eq!(admin.get(&format!("{path}?before={first}")).await.expect(200), json!([]));
        assert_eq!(admin.get(&format!("{path}?after={first}")).await.expect(200), json!([]));
        assert_eq!(admin.get(&format!("/api/v2/workspacebuilds/{id}/parameters")).await.expect(200), json!([]));
    }

    async fn restart_is_one_request(server: TestServer) {
        let admin = server.admin().await;
        let template = template(&admin, "vm", "[external]").await;
        let body = json!({"name": "dev", "template_id": template["id"]});
        let created = admin.post("/api/v2/users/me/workspaces", body).await.expect(201);
        let path = format!("/api/v2/workspaces/{}", created["id"].as_str().unwrap());
        built(&admin, &created["latest_build"]["id"]).await;

        let stop = admin.post(&format!("{path}/restart"), json!({})).await.expect(201);
        assert_eq!((&stop["transition"], &stop["build_number"]), (&json!("stop"), &json!(2)));
        assert_eq!(built(&admin, &stop["id"]).await["job"]["status"], "succeeded");
        // The start is created with the end of the stop.
        let start = admin.get(&path).await.expect(200)["latest_build"].clone();
        assert_eq!((&start["transition"], &start["build_number"]), (&json!("start"), &json!(3)));
        assert_eq!(built(&admin, &start["id"]).await["job"]["status"], "succeeded");

        let stop = admin.post(&format!("{path}/builds"), json!({"transition": "stop"})).await.expect(201);
        built(&admin, &stop["id"]).await;
        let start = admin.post(&format!("{path}/restart"), json!({})).await.expect(201);
        assert_eq!((&start["transition"], &start["build_number"]), (&json!("start"), &json!(5)));
        built(&admin, &start["id"]).await;
        assert_eq!(admin.get(&format!("{path}/builds")).await.expect(200).as_array().unwrap().len(), 5);
    }

    async fn rename_workspace_and_cancel_build(server: TestServer) {
        let admin = server.admin().await;
        let template = template(&admin, "vm", "[external]").await;
        let make = async |name: &str| {
            let body = json!({"name": name, "template_id": template["id"]});
            let created = admin.post("/api/v2/users/me/workspaces", body).await.expect(201);
            built(&admin, &created["latest_build"]["id"]).await;
            created
        };
        let (one, _two) = (make("one").await, make("two").await);
        let path = format!("/api/v2/workspaces/{}", one["id"].as_str().unwrap());
        assert_eq!(admin.patch(&path, json!({"name": "Two"})).await.status, 409);
        assert_eq!(admin.patch(&path, json!({"name": "a b"})).await.validations()[0].0, "name");
        admin.patch(&path, json!({"name": "three"})).await.expect(204);
        admin.get("/api/v2/users/me/workspace/three").await.expect(200);

        let cancel = async |build: &Value| {
            admin.patch(&format!("/api/v2/workspacebuilds/{}/cancel", build["id"].as_str().unwrap()), json!({})).await
        };
        let done = cancel(&one["latest_build"]).await;
        assert_eq!((done.status, done.message()), (400, "Job has already completed!"));
        server.database.hold_builds().await;
        let builds = format!("{path}/builds");
        let stop = admin.post(&builds, json!({"transition": "stop"})).await.expect(201);
        cancel(&stop).await.expect(200);
        let canceled = admin.get(&format!("/api/v2/workspacebuilds/{}", stop["id"].as_str().unwrap())).await.expect(200);
        assert_eq!((&canceled["status"], &canceled["job"]["status"]), (&json!("canceled"), &json!("canceled")));
        assert!(canceled["job"]["started_at"].is_null() && canceled["job"]["completed_at"].is_string(), "{canceled}");
        assert_eq!(cancel(&stop).await.message(), "Job has already completed!");
        // The next build does not wait for the canceled one, which is not executed later.
        server.database.release_builds().await;
        let again = admin.post(&builds, json!({"transition": "stop"})).await.expect(201);
        assert_eq!(built(&admin, &again["id"]).await["status"], "stopped");
        assert_eq!(built(&admin, &stop["id"]).await["job"]["status"], "canceled");
    }

    /// A process template fails on a server that does not allow it, and the error says what to do.
    async fn process_workspaces_are_disabled(server: TestServer) {
        let admin = server.admin().await;
        let template = template(&admin, "local", "[process]").await;
        let body = json!({"name": "dev", "template_id": template["id"]});
        let created = admin.post("/api/v2/users/me/workspaces", body).await.expect(201);
        let build = built(&admin, &created["latest_build"]["id"]).await;
        assert_eq!(build["status"], "failed");
        assert!(build["job"]["error"].as_str().unwrap().contains("--allow-process-workspaces"));
    }
}
