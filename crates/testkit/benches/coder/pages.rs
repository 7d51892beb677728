//! Pages of the dashboard, as a logged-in browser requests them.

use std::time::{Duration, Instant};

use coder_testkit::{Machine, Server};

use crate::{
    baseline,
    http::{connect, send},
    median, time,
};

/// How often a page is requested. The median is printed.
const TIMES: usize = 300;

pub fn run(machine: &Machine, server: &Server) {
    let cookie = format!("coder_session_token={}", machine.token());
    for n in 0..40 {
        machine
            .coder_with(["secret", "create", &format!("page-{n}"), "--file", &format!("~/page-{n}")], b"value")
            .ok();
    }
    machine.workspace("bench-pages", "[process]\n");
    for (name, path) in [
        ("page: secrets, 40 and more", "/settings/secrets"),
        ("page: workspaces", "/workspaces"),
        ("page: a workspace", "/@admin/bench-pages"),
    ] {
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\n\r\n");
        let page = send(&mut connect(&server.address()), request.as_bytes());
        let file = machine.home().join("floor.html");
        std::fs::write(&file, &page).unwrap();
        let (mut child, floor_address) = baseline::start_http(&file);
        let own = response_time(&server.address(), &request);
        let bare = response_time(&floor_address, &request);
        time(&format!("{name} ({} KB)", page.len() / 1000), own, Some(("bare axum, same bytes", bare)));
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

/// The time of a response, over one connection.
fn response_time(address: &str, request: &str) -> Duration {
    let mut stream = connect(address);
    let once = |_| {
        let started = Instant::now();
        send(&mut stream, request.as_bytes());
        started.elapsed()
    };
    median((0..TIMES).map(once).collect())
}
