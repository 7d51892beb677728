//! Healthchecks of apps.

use std::{sync::Arc, time::Duration};

use coder_model::template::{AppHealth, AppUrl};
use coder_wire::agent::{HealthCheck, Manifest};
use http_body_util::Empty;
use hyper::{Request, body::Bytes, client::conn::http1, header};
use hyper_util::rt::TokioIo;
use tokio::{
    task::JoinSet,
    time::{interval, timeout},
};

use crate::{dial, outbox::Outbox};

/// For one probe, unless the interval is shorter.
const PROBE_TIMEOUT: Duration = Duration::from_secs(10);

/// Probes every app that has a healthcheck, until the returned set is dropped.
pub fn spawn_probes(manifest: &Manifest, outbox: &Arc<Outbox>) -> JoinSet<()> {
    let mut probes = JoinSet::new();
    for app in &manifest.apps {
        let Some(check) = app.health_check.clone() else { continue };
        let Ok(url) = AppUrl::parse(&check.url) else { continue };
        probes.spawn(probe_loop(url, check, app.slug.clone(), manifest.build_id, outbox.clone()));
    }
    probes
}

async fn probe_loop(url: AppUrl, check: HealthCheck, slug: String, build: uuid::Uuid, outbox: Arc<Outbox>) {
    let period = Duration::from_millis(check.interval_ms).max(Duration::from_secs(1));
    let mut ticks = interval(period);
    let (mut reported, mut failures) = (None, 0);
    loop {
        ticks.tick().await;
        let is_healthy = timeout(PROBE_TIMEOUT.min(period), probe(&url)).await.unwrap_or(false);
        failures = if is_healthy { 0 } else { failures + 1 };
        let health = match is_healthy {
            true => AppHealth::Healthy,
            false if failures >= check.threshold => AppHealth::Unhealthy,
            false => continue,
        };
        if reported != Some(health) {
            reported = Some(health);
            outbox.app_health(build, slug.clone(), health);
        }
    }
}

/// Whether the app responds with a status below 500.
async fn probe(url: &AppUrl) -> bool {
    let request = async {
        let stream = dial::tcp(url.host(), url.port()).await.ok()?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
        let path = if url.path().is_empty() { "/" } else { url.path() };
        let request = Request::get(path)
            .header(header::HOST, url.authority())
            .header(header::USER_AGENT, "coder-agent")
            .header(header::CONNECTION, "close")
            .body(Empty::<Bytes>::new())
            .ok()?;
        // The connection may end before the response is read, which does not make it invalid.
        let drive = async {
            let _ = connection.await;
            std::future::pending::<()>().await;
        };
        tokio::select! {
            response = sender.send_request(request) => Some(!response.ok()?.status().is_server_error()),
            () = drive => None,
        }
    };
    request.await.unwrap_or(false)
}
