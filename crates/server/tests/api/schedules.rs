use std::time::Duration;

use coder_control::Clock;
use coder_model::Moment;
use coder_testkit::{Api, Engine, TestServer, on_both_engines};
use futures_util::StreamExt;
use reqwest::Method;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::workspaces::{built, template};

fn at(text: &str) -> Moment {
    Moment::from_micros(text.parse::<jiff::Timestamp>().unwrap().as_microsecond())
}

/// A running workspace, and its path.
async fn workspace(api: &Api, name: &str, template: &Value) -> String {
    let body = json!({"name": name, "template_id": template["id"]});
    let created = api.post("/api/v2/users/me/workspaces", body).await.expect(201);
    built(api, &created["latest_build"]["id"]).await;
    format!("/api/v2/workspaces/{}", created["id"].as_str().unwrap())
}

/// Requests a build and waits for its end.
async fn build(api: &Api, path: &str, transition: &str) -> Value {
    let asked = api.post(&format!("{path}/builds"), json!({"transition": transition})).await.expect(201);
    built(api, &asked["id"]).await
}

/// Runs the schedules and waits for the end of their build.
async fn run_schedules(server: &TestServer, api: &Api, path: &str) -> Value {
    server.state.control.run_schedules().await.unwrap();
    let latest = api.get(path).await.expect(200);
    built(api, &latest["latest_build"]["id"]).await
}

/// A workspace starts by its schedule, once, and stops after its time.
async fn start_and_stop_by_itself(engine: Engine) {
    // A Tuesday morning.
    let clock = Clock::fixed(at("2026-11-24T08:00:00Z"));
    let server = TestServer::start_at(engine, clock.clone()).await;
    let admin = server.admin().await;
    let template = template(&admin, "vm", "[external]").await;
    let path = workspace(&admin, "dev", &template).await;
    admin.put(&format!("{path}/autostart"), json!({"schedule": "30 9 * * 1-5"})).await.expect(204);
    admin.put(&format!("{path}/ttl"), json!({"ttl_ms": 2 * 3_600_000})).await.expect(204);
    build(&admin, &path, "stop").await;
    let shown = admin.get(&path).await.expect(200);
    assert_eq!(shown["autostart_schedule"], "30 9 * * 1-5");
    assert_eq!(shown["ttl_ms"], 7_200_000);
    assert_eq!(shown["next_start_at"], "2026-11-24T09:30:00Z");

    clock.set(at("2026-11-24T09:29:00Z"));
    assert_eq!(run_schedules(&server, &admin, &path).await["transition"], "stop", "not before its time");
    clock.set(at("2026-11-24T09:30:10Z"));
    let started = run_schedules(&server, &admin, &path).await;
    assert_eq!((&started["transition"], &started["reason"]), (&json!("start"), &json!("autostart")));
    assert_eq!(started["deadline"], "2026-11-24T11:30:10Z");
    let number = run_schedules(&server, &admin, &path).await["build_number"].clone();
    assert_eq!(number, started["build_number"], "once");

    let extend = format!("{path}/extend");
    let soon = admin.put(&extend, json!({"deadline": "2026-11-24T09:40:00Z"})).await;
    assert_eq!(soon.validations()[0].0, "deadline");
    admin.put(&extend, json!({"deadline": "2026-11-24T12:00:00Z"})).await.expect(200);
    clock.set(at("2026-11-24T11:45:00Z"));
    assert_eq!(run_schedules(&server, &admin, &path).await["transition"], "start", "the deadline was extended");
    clock.set(at("2026-11-24T12:00:01Z"));
    let stopped = run_schedules(&server, &admin, &path).await;
    assert_eq!((&stopped["transition"], &stopped["reason"]), (&json!("stop"), &json!("autostop")));

    // A start that is overdue by too much is skipped.
    clock.set(at("2026-11-25T11:00:00Z"));
    assert_eq!(run_schedules(&server, &admin, &path).await["transition"], "stop");
}

#[tokio::test(flavor = "multi_thread")]
async fn workspaces_start_and_stop_by_themselves_sqlite() {
    start_and_stop_by_itself(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn workspaces_start_and_stop_by_themselves_postgres() {
    start_and_stop_by_itself(Engine::Postgres).await;
}

on_both_engines! {
    async fn settings_are_validated_and_authorized(server: TestServer) {
        let admin = server.admin().await;
        let alice = server.user(&admin, "alice").await;
        let bob = server.user(&admin, "bob").await;
        let template = template(&admin, "vm", "[external]").await;
        let path = workspace(&alice, "dev", &template).await;
        for (part, body, field, detail) in [
            ("autostart", json!({"schedule": "61 9 * * 1"}), "schedule",
                "minute must be *, or numbers from 0 to 59 such as 1-5 or 1,3"),
            ("ttl", json!({"ttl_ms": 1000}), "ttl_ms", "time until shutdown must be at least one minute"),
            ("ttl", json!({"ttl_ms": -1}), "ttl_ms", "time until shutdown must be at least one minute"),
            ("ttl", json!({"ttl_ms": 31_i64 * 24 * 3_600_000}), "ttl_ms", "time until shutdown must be less than 30 days"),
        ] {
            let rejected = alice.put(&format!("{path}/{part}"), body).await;
            assert_eq!(rejected.status, 400);
            assert_eq!(rejected.validations(), [(field.to_owned(), detail.to_owned())]);
        }
        for (part, body) in [
            ("autostart", json!({"schedule": "0 9 * * 1"})),
            ("ttl", json!({"ttl_ms": 60_000})),
            ("dormant", json!({"dormant": true})),
            ("favorite", json!({})),
        ] {
            bob.put(&format!("{path}/{part}"), body).await.expect(404);
        }
        admin.put(&format!("{path}/favorite"), json!({})).await.expect(404);
        alice.put(&format!("{path}/autostart"), json!({"schedule": "0 9 * * 1"})).await.expect(204);
        alice.put(&format!("{path}/autostart"), json!({})).await.expect(204);
        alice.put(&format!("{path}/ttl"), json!({"ttl_ms": null})).await.expect(204);
        let shown = alice.get(&path).await.expect(200);
        assert_eq!((&shown["autostart_schedule"], &shown["ttl_ms"]), (&Value::Null, &Value::Null));

        workspace(&alice, "about", &template).await;
        let names = async || {
            let listed = alice.get("/api/v2/workspaces").await.expect(200);
            listed["workspaces"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(names().await, ["about", "dev"]);
        alice.put(&format!("{path}/favorite"), json!({})).await.expect(204);
        assert_eq!(names().await, ["dev", "about"]);
        alice.delete(&format!("{path}/favorite")).await.expect(204);
        assert_eq!(names().await, ["about", "dev"]);
    }

    /// A workspace that becomes dormant stops, and does not start until it is activated.
    async fn dormancy(server: TestServer) {
        let admin = server.admin().await;
        let template = template(&admin, "vm", "[external]").await;
        let path = workspace(&admin, "dev", &template).await;
        let aside = admin.put(&format!("{path}/dormant"), json!({"dormant": true})).await.expect(200);
        assert!(aside["dormant_at"].is_string());
        let stopped = built(&admin, &aside["latest_build"]["id"]).await;
        assert_eq!((&stopped["status"], &stopped["reason"]), (&json!("stopped"), &json!("dormancy")));
        let rejected = admin.post(&format!("{path}/builds"), json!({"transition": "start"})).await;
        assert_eq!((rejected.status, rejected.message()), (409, "The workspace is dormant."));
        admin.put(&format!("{path}/dormant"), json!({"dormant": false})).await.expect(200);
        assert_eq!(build(&admin, &path, "start").await["status"], "running");
    }

    /// A watching client receives changes.
    async fn watching(server: TestServer) {
        let admin = server.admin().await;
        let template = template(&admin, "vm", "[external]").await;
        let path = workspace(&admin, "dev", &template).await;
        let url = admin.request(Method::GET, &format!("{path}/watch-ws")).build().unwrap().url().to_string();
        let mut request = url.replacen("http", "ws", 1).into_client_request().unwrap();
        request.headers_mut().insert("Coder-Session-Token", admin.token.clone().unwrap().parse().unwrap());
        let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
        let mut next = async || {
            let message = tokio::time::timeout(Duration::from_secs(20), socket.next()).await.unwrap().unwrap().unwrap();
            serde_json::from_str::<Value>(message.to_text().unwrap()).unwrap()
        };
        let first = next().await;
        assert_eq!((&first["type"], &first["data"]["favorite"]), (&json!("data"), &json!(false)));
        admin.put(&format!("{path}/favorite"), json!({})).await.expect(204);
        assert_eq!(next().await["data"]["favorite"], true);
    }
}
