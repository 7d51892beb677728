//! An agent's life, top to bottom.

use std::{sync::Arc, time::Duration};

use coder_client::DialError;
use coder_model::workspace::Lifecycle;
use coder_wire::agent::Manifest;
use tokio::{
    signal::unix::{SignalKind, signal},
    task::{JoinHandle, JoinSet},
    time::{Instant, sleep},
};
use url::Url;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    Error,
    account::Account,
    backoff::Backoff,
    connect::{ConnectError, connect},
    environment::left_out,
    files, health,
    reports::Reports,
    scripts,
    serve::{End, Shared, directory_message, serve},
    terminals::Terminals,
    workspace::Workspace,
};

/// How often an agent asks again whose token is not known: the workspace may come back from a backup, and nobody is
/// there to start the agent again.
const UNKNOWN_TOKEN: Duration = Duration::from_secs(60);

/// What an agent needs to know.
pub struct Options {
    /// The server.
    pub url: Url,
    /// The agent's token.
    pub token: Zeroizing<String>,
}

/// Runs an agent until its workspace ends or the process is told to.
///
/// # Errors
/// Only what keeps it from beginning; trouble with the server is waited out.
pub async fn run(options: Options) -> Result<(), Error> {
    let mut terminate = signal(SignalKind::terminate()).map_err(Error::Signals)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Error::Signals)?;
    tracing::info!(version = env!("CARGO_PKG_VERSION"), url = %options.url, "agent starts");
    let workspace = Arc::new(Workspace::new(Account::current(), options.url, options.token));
    let shared =
        Shared { workspace, reports: Arc::new(Reports::default()), terminals: Arc::new(Terminals::default()) };
    tokio::select! {
        () = live(&shared) => tracing::info!("the workspace has stopped"),
        _ = terminate.recv() => tracing::info!("told to end"),
        _ = interrupt.recv() => tracing::info!("told to end"),
    }
    shared.workspace.close();
    Ok(())
}

/// Connects, serves, and connects again, until the workspace ends.
async fn live(shared: &Shared) {
    let run_id = uuid::Builder::from_random_bytes(rand::random()).into_uuid();
    let mut backoff = Backoff::default();
    let mut started: Option<Started> = None;
    loop {
        let asked = match connect(shared.workspace.url(), shared.workspace.token(), run_id).await {
            Ok(connection) => {
                let since = Instant::now();
                let manifest = Arc::new(connection.manifest.clone());
                carry_out(shared, &manifest).await;
                if started.as_ref().is_none_or(|started| started.build != manifest.build_id) {
                    started = Some(Started::begin(shared, manifest.clone()));
                }
                match serve(shared, &manifest, connection).await {
                    End::Exit => return,
                    End::Lost(reason) => tracing::warn!(reason, "lost the server"),
                }
                backoff.held(since.elapsed());
                None
            }
            Err(ConnectError::Dial(DialError::Rejected { status: 401, error, .. })) => {
                tracing::error!(
                    reason = error.message,
                    "the server does not know this agent; asking again in a minute"
                );
                Some(UNKNOWN_TOKEN)
            }
            Err(ConnectError::Dial(DialError::Rejected { status, error, retry_after })) => {
                tracing::info!(status, reason = error.message, "the server does not take the agent now");
                retry_after
            }
            Err(error) => {
                tracing::warn!(%error, "cannot connect");
                None
            }
        };
        sleep(backoff.next(rand::random(), asked)).await;
    }
}

/// Carries a manifest out: files first, and only then are processes let in with the new environment. Files are written
/// on a thread of their own: a slow disk must not hold up the link.
async fn carry_out(shared: &Shared, manifest: &Arc<Manifest>) {
    let home = shared.workspace.account().home.clone();
    let for_files = manifest.clone();
    let delivered = tokio::task::spawn_blocking(move || {
        files::deliver(&for_files, home.as_deref().and_then(|home| home.to_str()))
    });
    let mut warnings = delivered.await.unwrap_or_else(|error| {
        tracing::error!(%error, "writing secret files failed");
        Vec::new()
    });
    warnings.extend(left_out(manifest));
    for warning in &warnings {
        tracing::warn!(secret = warning.secret, "{}", warning.message);
    }
    shared.reports.directory(directory_message(&shared.workspace, manifest));
    shared.reports.delivery(manifest.build_id, warnings);
    shared.workspace.open(manifest.clone());
}

/// The start scripts of a build, run once however often the agent reconnects.
struct Started {
    build: Uuid,
    scripts: JoinHandle<()>,
    _health: JoinSet<()>,
}

impl Started {
    fn begin(shared: &Shared, manifest: Arc<Manifest>) -> Self {
        let build = manifest.build_id;
        let health = health::watch(&manifest, &shared.reports);
        let shared = shared.clone();
        let scripts = tokio::spawn(async move {
            shared.reports.lifecycle(Lifecycle::Starting);
            let reached = scripts::start(&shared.workspace, &manifest, &shared.reports).await;
            shared.reports.lifecycle(reached);
        });
        Self { build, scripts, _health: health }
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        // Those of an earlier build have nothing to say any more.
        self.scripts.abort();
    }
}
