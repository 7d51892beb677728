//! Requests per second, by clients that only write a request and read the response.

use std::{
    io::{Read, Write},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use coder_testkit::{Machine, Server};

use crate::{baseline, median, rate};

/// How long a figure is measured.
const SPAN: Duration = Duration::from_secs(2);
/// How often a figure is measured. The median is printed.
const ROUNDS: usize = 3;

pub fn run(machine: &Machine, server: &Server) {
    let token = machine.coder(["login", "token"]).ok().trim().to_owned();
    for n in 0..10 {
        machine
            .coder_with(["secret", "create", &format!("bench-{n}"), "--env", &format!("BENCH_{n}")], b"value")
            .ok();
    }
    let list =
        format!("GET /api/v2/users/me/secrets HTTP/1.1\r\nHost: x\r\nCoder-Session-Token: {token}\r\n\r\n");
    let listed = send(&mut connect(&server.address()), list.as_bytes());
    let file = machine.home().join("floor.json");
    std::fs::write(&file, &listed).unwrap();
    let (mut child, floor_address) = baseline::start_http(&file);
    for connections in [1, 32] {
        let own = requests(&server.address(), connections, |_| list.clone());
        let bare = requests(&floor_address, connections, |_| list.clone());
        rate(
            &format!("list 10 secrets, {connections} connections"),
            own,
            Some(("bare axum, same bytes", bare)),
        );
    }
    let commits = median(
        (0..ROUNDS)
            .map(|_| {
                let dir = tempfile::tempdir_in(machine.data()).unwrap();
                baseline::sqlite_commits(dir.path(), SPAN / 2)
            })
            .collect(),
    );
    for connections in [1, 32] {
        // The next request of the connection deletes the secret: the limit is fifty.
        let own = requests(&server.address(), connections, |count| {
            let name = format!("c{:?}", thread::current().id()).replace(['(', ')'], "-");
            if count % 2 == 0 {
                let body = format!("{{\"name\":\"{name}\",\"value\":\"0123456789abcdef0123456789abcdef\"}}");
                format!(
                    "POST /api/v2/users/me/secrets HTTP/1.1\r\nHost: x\r\nCoder-Session-Token: {token}\r\n\
                     Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
                    body.len()
                )
            } else {
                format!(
                    "DELETE /api/v2/users/me/secrets/{name} HTTP/1.1\r\nHost: x\r\nCoder-Session-Token: {token}\r\n\r\n"
                )
            }
        });
        rate(
            &format!("create or delete a secret, {connections} connections"),
            own,
            Some(("bare SQLite commit, synchronous=FULL", commits)),
        );
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

/// The median of several rounds.
fn requests(address: &str, connections: usize, request: impl Fn(u64) -> String + Sync) -> f64 {
    let round = || {
        let started = Instant::now();
        let total: u64 = thread::scope(|scope| {
            let clients: Vec<_> = (0..connections)
                .map(|_| {
                    scope.spawn(|| {
                        let mut stream = connect(address);
                        let mut count = 0;
                        while started.elapsed() < SPAN || count % 2 == 1 {
                            send(&mut stream, request(count).as_bytes());
                            count += 1;
                        }
                        count
                    })
                })
                .collect();
            clients.into_iter().map(|client| client.join().unwrap()).sum()
        });
        total as f64 / started.elapsed().as_secs_f64()
    };
    median((0..ROUNDS).map(|_| round()).collect())
}

pub fn connect(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

/// Sends a request. Returns the body of the response.
pub fn send(stream: &mut TcpStream, request: &[u8]) -> Vec<u8> {
    stream.write_all(request).unwrap();
    let mut bytes = Vec::with_capacity(8192);
    let mut buffer = [0; 8192];
    loop {
        let read = stream.read(&mut buffer).unwrap();
        assert!(read > 0, "the server closed the connection");
        bytes.extend_from_slice(&buffer[..read]);
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
        assert!(head.starts_with("http/1.1 2"), "{}", String::from_utf8_lossy(&bytes));
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .map_or(0, |length| length.trim().parse::<usize>().unwrap());
        if bytes.len() >= end + 4 + length {
            return bytes.split_off(end + 4);
        }
    }
}
