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
    backoff::Backoff,
    connect::{ConnectError, connect},
    environment::undeliverable,
    files, healthcheck,
    os_user::OsUser,
    outbox::Outbox,
    scripts,
    serve::{AgentContext, ServeEnd, serve},
    terminal_sessions::TerminalSessions,
    workspace::Workspace,
};

/// Retry interval after a rejected token. A restored backup can make it valid again, and nothing else would restart the
/// agent.
const REJECTED_TOKEN_RETRY: Duration = Duration::from_secs(60);

pub struct Options {
    /// The server's URL.
    pub url: Url,
    pub token: Zeroizing<String>,
}

/// Runs an agent until its workspace stops for good, or SIGTERM or SIGINT. Errors of the server and the network are
/// retried for ever.
pub async fn run(options: Options) -> Result<(), Error> {
    let mut terminate = signal(SignalKind::terminate()).map_err(Error::Signals)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Error::Signals)?;
    tracing::info!(version = env!("CARGO_PKG_VERSION"), url = %options.url, "agent started");
    let workspace = Arc::new(Workspace::new(OsUser::current(), options.url, options.token));
    let context = AgentContext {
        workspace,
        outbox: Arc::new(Outbox::default()),
        terminal_sessions: Arc::new(TerminalSessions::default()),
    };
    tokio::select! {
        () = connect_loop(&context) => tracing::info!("the workspace has stopped"),
        _ = terminate.recv() => tracing::info!("received shutdown signal"),
        _ = interrupt.recv() => tracing::info!("received shutdown signal"),
    }
    context.workspace.shut_down();
    Ok(())
}

/// Connects, serves, and reconnects, until the agent is to exit.
async fn connect_loop(context: &AgentContext) {
    let run_id = uuid::Builder::from_random_bytes(rand::random()).into_uuid();
    let mut backoff = Backoff::default();
    let mut startup: Option<StartupRun> = None;
    loop {
        let retry_after = match connect(context.workspace.url(), context.workspace.token(), run_id).await {
            Ok(connection) => {
                let since = Instant::now();
                let manifest = Arc::new(connection.manifest.clone());
                apply_manifest(context, &manifest).await;
                if startup.as_ref().is_none_or(|startup| startup.build != manifest.build_id) {
                    startup = Some(StartupRun::start(context, manifest.clone()));
                }
                match serve(context, &manifest, connection).await {
                    ServeEnd::Exit => return,
                    ServeEnd::Lost(reason) => tracing::warn!(reason, "connection to server lost"),
                }
                backoff.connection_lasted(since.elapsed());
                None
            }
            Err(ConnectError::Dial(DialError::Rejected { status: 401, error, .. })) => {
                tracing::error!(
                    reason = error.message,
                    "the server does not know this agent; retrying in a minute"
                );
                Some(REJECTED_TOKEN_RETRY)
            }
            Err(ConnectError::Dial(DialError::Rejected { status, error, retry_after })) => {
                tracing::info!(status, reason = error.message, "server rejected the agent");
                retry_after
            }
            Err(error) => {
                tracing::warn!(%error, "cannot connect");
                None
            }
        };
        sleep(backoff.next(rand::random(), retry_after)).await;
    }
}

/// Writes the secret files, and only then lets processes start with the new environment. Files are written on a blocking
/// thread, since a slow disk must not delay the connection.
async fn apply_manifest(context: &AgentContext, manifest: &Arc<Manifest>) {
    let home = context.workspace.user().home.clone();
    let for_files = manifest.clone();
    let delivered = tokio::task::spawn_blocking(move || {
        files::deliver(&for_files, home.as_deref().and_then(|home| home.to_str()))
    });
    let mut warnings = delivered.await.unwrap_or_else(|error| {
        tracing::error!(%error, "writing secret files failed");
        Vec::new()
    });
    warnings.extend(undeliverable(manifest));
    for warning in &warnings {
        tracing::warn!(secret = warning.secret, "{}", warning.message);
    }
    context.outbox.directory(&context.workspace.directory(manifest));
    context.outbox.delivery(manifest.build_id, warnings);
    context.workspace.set_ready(manifest.clone());
}

/// Startup scripts and healthchecks of one build. They start once, however often the agent reconnects.
struct StartupRun {
    build: Uuid,
    scripts: JoinHandle<()>,
    _probes: JoinSet<()>,
}

impl StartupRun {
    fn start(context: &AgentContext, manifest: Arc<Manifest>) -> Self {
        let build = manifest.build_id;
        let probes = healthcheck::spawn_probes(&manifest, &context.outbox);
        let context = context.clone();
        let scripts = tokio::spawn(async move {
            context.outbox.lifecycle(Lifecycle::Starting);
            let reached = scripts::start(&context.workspace, &manifest, &context.outbox).await;
            context.outbox.lifecycle(reached);
        });
        Self { build, scripts, _probes: probes }
    }
}

impl Drop for StartupRun {
    fn drop(&mut self) {
        // The dropped task can no longer report; a new build has its own.
        self.scripts.abort();
    }
}
