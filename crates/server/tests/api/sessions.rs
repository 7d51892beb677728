use std::time::Duration;

use coder_control::Clock;
use coder_model::Moment;
use coder_testkit::{Engine, TestServer};
use serde_json::json;

/// Reference X-05: use extends a session; a token expires when it was created to.
async fn expiry(engine: Engine) {
    let start = Moment::from_micros(1_790_000_000_000_000);
    let clock = Clock::fixed(start);
    let server = TestServer::start_at(engine, clock.clone()).await;
    let admin = server.admin().await;
    let body = json!({"token_name": "t", "lifetime": 30 * 3_600_000_000_000_i64});
    let created = admin.post("/api/v2/users/me/keys/tokens", body).await.expect(201);
    let token = admin.with_token(created["key"].as_str().unwrap());
    let hours = |n: u64| start.after(Duration::from_secs(n * 3600));

    clock.set(hours(20));
    admin.get("/api/v2/users/me").await.expect(200);
    token.get("/api/v2/users/me").await.expect(200);
    clock.set(hours(43));
    admin.get("/api/v2/users/me").await.expect(200);
    assert_eq!(token.get("/api/v2/users/me").await.status, 401, "use does not extend a token");
    clock.set(hours(68));
    let expired = admin.get("/api/v2/users/me").await;
    assert_eq!(expired.status, 401);
    assert!(expired.detail().starts_with("API key expired at \""), "{}", expired.detail());
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_slide_and_tokens_do_not_sqlite() {
    expiry(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_slide_and_tokens_do_not_postgres() {
    expiry(Engine::Postgres).await;
}
