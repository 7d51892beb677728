//! What was answered is there after the server is killed at any moment.

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

/// Answers to each of the two writers before the server is killed, round by round.
const ANSWERS: [u32; 8] = [1, 2, 3, 4, 6, 9, 14, 20];

/// What a writer knows of its secret: what the last response stands for, and what a request without one may have made.
/// Nothing stands for a secret that was deleted.
struct Known {
    name: String,
    answered: Option<String>,
    asked: Option<String>,
    deletes: u32,
}

fn no_answered_write_is_lost(engine: Engine) {
    let machine = Machine::on(env!("CARGO_BIN_EXE_coder"), engine);
    let mut server = machine.serve::<&str>([]);
    machine.set_up(&server);
    machine.workspace("vm", "[external]\n");
    let command = instructions(&machine, "vm");
    let (address, token) = (server.address(), machine.token());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let api = Api::new(&server.url).with_token(&token);
    let (mut answers, mut deletes) = (0, 0);
    for (round, wanted) in ANSWERS.into_iter().enumerate() {
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
        while count().iter().any(|count| *count < wanted) {
            assert!(Instant::now() < deadline, "{:?} answers, {wanted} each are wanted", count());
            thread::sleep(Duration::from_micros(100));
        }
        server.kill();
        let known: Vec<Known> = writers.into_iter().map(|writer| writer.join().unwrap()).collect();
        answers += count().iter().sum::<u32>();
        deletes += known.iter().map(|known| known.deletes).sum::<u32>();

        server = machine.serve_at::<&str>(&address, []);
        let delivered = delivered(&machine, &command);
        for known in &known {
            let path = format!("/api/v2/users/me/secrets/{}", known.name);
            let reply = runtime.block_on(api.get(&path));
            let described =
                (reply.status == 200).then(|| reply.json["description"].as_str().unwrap().to_owned());
            assert!(described.is_some() || reply.status == 404, "{}", reply.text);
            let value = delivered.get(&known.name).cloned();
            let Known { name, answered, asked, .. } = known;
            assert_eq!(value, described, "{name}: a value belongs to the metadata written with it");
            assert!(
                value == *answered || value == *asked,
                "{name}: {answered:?} was answered, {value:?} is there"
            );
            if value.is_some() {
                runtime.block_on(api.delete(&path)).expect(204);
            }
        }
    }
    assert!(
        answers >= 2 * ANSWERS.iter().sum::<u32>() && deletes >= 10,
        "{answers} answers, {deletes} deletes"
    );
    server.stop();
}

/// Creates, changes and deletes a secret, over and over, until the server does not respond.
fn write(url: &str, token: &str, name: &str, count: &AtomicU32) -> Known {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let api = Api::new(url).with_token(token);
    let path = format!("/api/v2/users/me/secrets/{name}");
    let mut known = Known { name: name.to_owned(), answered: None, asked: None, deletes: 0 };
    for number in 0.. {
        let text = format!("value-{number}");
        let write = json!({"name": name, "env_name": name, "value": text, "description": text});
        let change = json!({"value": text, "description": text});
        let (request, status) = match number % 4 {
            0 => (api.request(Method::POST, "/api/v2/users/me/secrets").json(&write), 201),
            3 => (api.request(Method::DELETE, &path), 204),
            _ => (api.request(Method::PATCH, &path).json(&change), 200),
        };
        known.asked = (status != 204).then_some(text);
        match runtime.block_on(request.send()) {
            Ok(response) => {
                assert_eq!(response.status(), status, "{name}, number {number}");
                known.answered.clone_from(&known.asked);
                known.deletes += u32::from(status == 204);
                count.fetch_add(1, Ordering::SeqCst);
            }
            Err(_) => break,
        }
    }
    known
}

/// The environment of a shell in the workspace, whose agent starts for it.
fn delivered(machine: &Machine, command: &str) -> BTreeMap<String, String> {
    let workspace = super::machine();
    let _agent = agent(&workspace, command);
    let environment = machine.coder(["ssh", "vm", "--", "env"]).ok();
    let pairs = environment.lines().filter_map(|line| line.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[test]
fn no_answered_write_is_lost_sqlite() {
    no_answered_write_is_lost(Engine::Sqlite);
}

#[test]
fn no_answered_write_is_lost_postgres() {
    no_answered_write_is_lost(Engine::Postgres);
}
