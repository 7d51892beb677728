//! Writes that got a response are there after the server is killed at any moment.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use coder_testkit::{Api, Engine, Machine};
use reqwest::Method;
use serde_json::json;

use crate::agent::{agent, instructions};

/// Responses to each of the two writers before the server is killed, by round.
const RESPONSES: [u32; 8] = [1, 2, 3, 4, 6, 9, 14, 20];

/// The values that a writer's secret may have: that of the last response, and that of the request which got none. A deleted
/// secret has no value.
struct LastWrites {
    name: String,
    confirmed: Option<String>,
    attempted: Option<String>,
    deletes: u32,
}

fn no_acknowledged_write_is_lost(engine: Engine) {
    let machine = Machine::on(env!("CARGO_BIN_EXE_coder"), engine);
    let mut server = machine.serve::<&str>([]);
    machine.set_up(&server);
    machine.workspace("vm", "[external]\n");
    let command = instructions(&machine, "vm");
    let (address, token) = (server.address(), machine.token());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let api = Api::new(&server.url).with_token(&token);
    let (mut responses, mut deletes) = (0, 0);
    for (round, expected) in RESPONSES.into_iter().enumerate() {
        let counts: [Arc<AtomicU32>; 2] = Default::default();
        let writers: Vec<_> = counts
            .iter()
            .enumerate()
            .map(|(writer, count)| {
                let (url, token, count) = (server.url.clone(), token.clone(), count.clone());
                thread::spawn(move || write(&url, &token, &format!("R{round}W{writer}"), &count))
            })
            .collect();
        let count = || counts.each_ref().map(|count| count.load(Ordering::SeqCst));
        let deadline = Instant::now() + Duration::from_secs(30);
        while count().iter().any(|count| *count < expected) {
            assert!(Instant::now() < deadline, "{:?} responses, {expected} each are expected", count());
            thread::sleep(Duration::from_micros(100));
        }
        server.kill();
        let last: Vec<LastWrites> = writers.into_iter().map(|writer| writer.join().unwrap()).collect();
        responses += count().iter().sum::<u32>();
        deletes += last.iter().map(|last| last.deletes).sum::<u32>();

        server = machine.serve_at::<&str>(&address, []);
        let delivered = delivered(&machine, &command);
        for last in &last {
            let path = format!("/api/v2/users/me/secrets/{}", last.name);
            let response = runtime.block_on(api.get(&path));
            let described =
                (response.status == 200).then(|| response.json["description"].as_str().unwrap().to_owned());
            assert!(described.is_some() || response.status == 404, "{}", response.text);
            let value = delivered.get(&last.name).cloned();
            let LastWrites { name, confirmed, attempted, .. } = last;
            assert_eq!(value, described, "{name}: a value belongs to the metadata written with it");
            assert!(
                value == *confirmed || value == *attempted,
                "{name}: {confirmed:?} got a response, {value:?} is stored"
            );
            if value.is_some() {
                runtime.block_on(api.delete(&path)).expect(204);
            }
        }
    }
    assert!(
        responses >= 2 * RESPONSES.iter().sum::<u32>() && deletes >= 10,
        "{responses} responses, {deletes} deletes"
    );
    server.stop();
}

/// Creates, changes and deletes a secret, over and over, until the server does not respond.
fn write(url: &str, token: &str, name: &str, count: &AtomicU32) -> LastWrites {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let api = Api::new(url).with_token(token);
    let path = format!("/api/v2/users/me/secrets/{name}");
    let mut last = LastWrites { name: name.to_owned(), confirmed: None, attempted: None, deletes: 0 };
    for number in 0.. {
        let text = format!("value-{number}");
        let write = json!({"name": name, "env_name": name, "value": text, "description": text});
        let change = json!({"value": text, "description": text});
        let (request, status) = match number % 4 {
            0 => (api.request(Method::POST, "/api/v2/users/me/secrets").json(&write), 201),
            3 => (api.request(Method::DELETE, &path), 204),
            _ => (api.request(Method::PATCH, &path).json(&change), 200),
        };
        last.attempted = (status != 204).then_some(text);
        match runtime.block_on(request.send()) {
            Ok(response) => {
                assert_eq!(response.status(), status, "{name}, number {number}");
                last.confirmed.clone_from(&last.attempted);
                last.deletes += u32::from(status == 204);
                count.fetch_add(1, Ordering::SeqCst);
            }
            Err(_) => break,
        }
    }
    last
}

/// The environment of a shell in the workspace, with a new agent.
fn delivered(machine: &Machine, command: &str) -> BTreeMap<String, String> {
    let workspace = super::machine();
    let _agent = agent(&workspace, command);
    let environment = machine.coder(["ssh", "vm", "--", "env"]).ok();
    let pairs = environment.lines().filter_map(|line| line.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[test]
fn no_acknowledged_write_is_lost_sqlite() {
    no_acknowledged_write_is_lost(Engine::Sqlite);
}

#[test]
fn no_acknowledged_write_is_lost_postgres() {
    no_acknowledged_write_is_lost(Engine::Postgres);
}
