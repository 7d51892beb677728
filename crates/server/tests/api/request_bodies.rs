use std::time::{Duration, Instant};

use coder_testkit::{Api, Engine, TestServer};
use reqwest::Method;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const SECRETS: &str = "/api/v2/users/me/secrets";

/// Every response is a 4xx with the place of the error, and never contains the input.
#[tokio::test(flavor = "multi_thread")]
async fn malformed_bodies() {
    let server = TestServer::start(Engine::Sqlite).await;
    let admin = server.admin().await;
    let deep = format!("{{\"name\":{}", "[".repeat(200_000));
    for (body, status) in [
        ("", 400),
        ("{", 400),
        ("[]", 400),
        ("null", 400),
        ("\"canary\"", 400),
        ("{\"name\":5}", 400),
        ("{\"name\":\"k\",\"value\":{\"canary\":1}}", 400),
        ("{\"name\":\"k\",\"value\":[\"canary\"]}", 400),
        ("{\"name\":\"k\",\"value\":\"canary\",\"value\":\"b\"}", 400),
        ("{\"name\":\"k\",\"value\":\"canary", 400),
        ("{\"name\":\"k\",\"value\":\"x\",\"enabled\":\"canary\"}", 400),
        ("{\"name\":\"\\ud800\",\"value\":\"canary\"}", 400),
        ("{\"canary\":{\"canary\":[canary", 400),
        (deep.as_str(), 400),
    ] {
        let request = admin
            .request(Method::POST, SECRETS)
            .header("content-type", "application/json")
            .body(body.to_owned());
        let response = Api::send(request).await;
        assert_eq!(response.status, status, "{}", body.get(..40).unwrap_or(body));
        assert_eq!(response.message(), "Request body must be valid JSON.");
        assert!(!response.text.contains("canary"), "{}", response.text);
    }
    let null = serde_json::json!({"email": "a\u{0}b", "password": "x"});
    for (path, body) in [
        ("/api/v2/users/login", null),
        (SECRETS, serde_json::json!({"name": "k", "value": "x", "description": "\u{0}"})),
    ] {
        assert_eq!(admin.post(path, body).await.status, 400, "{path}");
    }
    assert_eq!(admin.get("/api/v2/users?q=%00").await.status, 400);
    let large = Api::send(admin.request(Method::POST, SECRETS).body("x".repeat(2 * 1024 * 1024))).await;
    assert_eq!(large.status, 413);
    assert_eq!(large.headers["connection"], "close", "the next request goes elsewhere");
    let unknown = admin.get("/api/v2/nothing").await;
    assert_eq!((unknown.status, unknown.message()), (404, "Route not found."));
    let wrong = Api::send(admin.request(Method::PUT, SECRETS)).await;
    assert_eq!(wrong.status, 405);
    assert!(
        unknown.headers.contains_key("x-coder-request-id")
            && unknown.headers.contains_key("x-coder-build-version")
    );
    assert_eq!(server.database.number("SELECT COUNT(*) FROM user_secrets").await, 0);
}

/// A client that sends single bytes slowly times out, and does not delay other requests.
#[tokio::test(flavor = "multi_thread")]
async fn slow_requests() {
    let server = TestServer::start(Engine::Sqlite).await;
    let admin = server.admin().await;
    let address = admin.request(Method::GET, "/").build().unwrap().url().socket_addrs(|| None).unwrap()[0];
    let mut head = TcpStream::connect(address).await.unwrap();
    head.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n").await.unwrap();
    let token = admin.token.clone().unwrap();
    let mut body = TcpStream::connect(address).await.unwrap();
    let slow = format!(
        "POST {SECRETS} HTTP/1.1\r\nHost: x\r\nCoder-Session-Token: {token}\r\nContent-Length: 1000\r\n\r\n{{\"name\":"
    );
    body.write_all(slow.as_bytes()).await.unwrap();
    let started = Instant::now();
    assert_eq!(admin.get("/healthz").await.text, "OK");
    let mut rest = Vec::new();
    tokio::time::timeout(Duration::from_secs(30), head.read_to_end(&mut rest))
        .await
        .expect("given up")
        .unwrap();
    assert!(started.elapsed() >= Duration::from_secs(5), "not at once");
    let mut response = vec![0; 1024];
    let read = tokio::time::timeout(Duration::from_secs(40), body.read(&mut response))
        .await
        .expect("a response")
        .unwrap();
    let response = String::from_utf8_lossy(&response[..read]).into_owned();
    assert!(response.starts_with("HTTP/1.1 4") && response.contains("came too slowly"), "{response}");
}
