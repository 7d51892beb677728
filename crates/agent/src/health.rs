//! Looking whether apps are well.

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

use crate::{dial, reports::Reports};

/// The longest that an app may take for an answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Looks at every app of a manifest that is to be looked at, for as long as what this gives lives.
pub fn watch(manifest: &Manifest, reports: &Arc<Reports>) -> JoinSet<()> {
    let mut watches = JoinSet::new();
    for app in &manifest.apps {
        let Some(check) = app.health_check.clone() else { continue };
        let Ok(url) = AppUrl::parse(&check.url) else { continue };
        watches.spawn(look(url, check, app.slug.clone(), manifest.build_id, reports.clone()));
    }
    watches
}

async fn look(url: AppUrl, check: HealthCheck, slug: String, build: uuid::Uuid, reports: Arc<Reports>) {
    let every = Duration::from_millis(check.interval_ms).max(Duration::from_secs(1));
    let mut ticks = interval(every);
    let (mut told, mut bad) = (None, 0);
    loop {
        ticks.tick().await;
        let well = timeout(PATIENCE.min(every), answers(&url)).await.unwrap_or(false);
        bad = if well { 0 } else { bad + 1 };
        let health = match well {
            true => AppHealth::Healthy,
            false if bad >= check.threshold => AppHealth::Unhealthy,
            false => continue,
        };
        if told != Some(health) {
            told = Some(health);
            reports.app_health(build, slug.clone(), health);
        }
    }
}

/// Whether an app answers, and not with an error of its own.
async fn answers(url: &AppUrl) -> bool {
    let asked = async {
        let stream = dial::tcp(url.host(), url.port()).await.ok()?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
        let path = if url.path().is_empty() { "/" } else { url.path() };
        let request = Request::get(path)
            .header(header::HOST, url.authority())
            .header(header::USER_AGENT, "coder-agent")
            .header(header::CONNECTION, "close")
            .body(Empty::<Bytes>::new())
            .ok()?;
        // The connection may end before its answer is looked at.
        let driven = async {
            let _ = connection.await;
            std::future::pending::<()>().await;
        };
        tokio::select! {
            answer = sender.send_request(request) => Some(!answer.ok()?.status().is_server_error()),
            () = driven => None,
        }
    };
    asked.await.unwrap_or(false)
}
