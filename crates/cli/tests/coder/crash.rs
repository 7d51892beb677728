//! What was answered is there after the server is killed at any moment.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use coder_testkit::{Api, PASSWORD};
use serde_json::json;

#[test]
fn no_answered_write_is_lost() {
    let machine = super::machine();
    let mut server = machine.serve::<&str>([]);
    let address = server.address();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let token = runtime.block_on(async {
        let nobody = Api::new(&server.url);
        let body = json!({"username": "ada", "email": "ada@example.com", "password": PASSWORD});
        nobody.post("/api/v2/users/first", body).await.expect(201);
        let login = json!({"email": "ada@example.com", "password": PASSWORD});
        let answer = nobody.post("/api/v2/users/login", login).await.expect(201);
        answer["session_token"].as_str().unwrap().to_owned()
    });
    let api = Api::new(&server.url).with_token(&token);
    for round in 0..12_u64 {
        let stop = Arc::new(AtomicBool::new(false));
        let writers: Vec<_> = (0..2)
            .map(|writer| {
                let (api, stop) = (api.clone(), stop.clone());
                thread::spawn(move || write_until(&api, &stop, round, writer))
            })
            .collect();
        // A different moment each time.
        thread::sleep(Duration::from_millis(20 + 13 * round));
        server.kill();
        stop.store(true, Ordering::Relaxed);
        let answered: Vec<(String, String)> =
            writers.into_iter().filter_map(|writer| writer.join().unwrap()).collect();
        server = machine.serve_at::<&str>(&address, []);
        runtime.block_on(async {
            for (name, description) in answered {
                let stored = api.get(&format!("/api/v2/users/me/secrets/{name}")).await.expect(200);
                let stored = stored["description"].as_str().unwrap();
                assert!(
                    stored >= description.as_str(),
                    "{name}: {description} was answered, {stored} is stored"
                );
            }
        });
    }
    server.stop();
}

/// Writes until stopped or refused; the last write that was answered.
fn write_until(api: &Api, stop: &AtomicBool, round: u64, writer: u32) -> Option<(String, String)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let name = format!("r{round}w{writer}");
    let mut last = None;
    for count in 0..10_000 {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let description = format!("{count:08}");
        let request = if count == 0 {
            api.request(reqwest::Method::POST, "/api/v2/users/me/secrets")
                .json(&json!({"name": name, "value": "v", "description": description}))
        } else {
            api.request(reqwest::Method::PATCH, &format!("/api/v2/users/me/secrets/{name}"))
                .json(&json!({"description": description, "value": description}))
        };
        match runtime.block_on(request.send()) {
            Ok(answer) if answer.status().is_success() => last = Some((name.clone(), description)),
            _ => break,
        }
    }
    last
}
