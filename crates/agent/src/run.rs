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
    serve::{AgentContext, ServeEnd, directory_message, serve},
    terminal_sessions::TerminalSessions,
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
    let workspace = Arc::new(Workspace::new(OsUser::current(), options.url, options.token));
    let context = AgentContext {
        workspace,
        outbox: Arc::new(Outbox::default()),
        terminal_sessions: Arc::new(TerminalSessions::default()),
    };
    tokio::select! {
        () = connect_loop(&context) => tracing::info!("the workspace has stopped"),
        _ = terminate.recv() => tracing::info!("told to end"),
        _ = interrupt.recv() => tracing::info!("told to end"),
    }
    context.workspace.shut_down();
    Ok(())
}

/// Connects, serves, and connects again, until the workspace ends.
async fn connect_loop(context: &AgentContext) {
    let run_id = uuid::Builder::from_random_bytes(rand::random()).into_uuid();
    let mut backoff = Backoff::default();
    let mut started: Option<StartupRun> = None;
    loop {
        let asked = match connect(context.workspace.url(), context.workspace.token(), run_id).await {
            Ok(connection) => {
                let since = Instant::now();
                let manifest = Arc::new(connection.manifest.clone());
                apply_manifest(context, &manifest).await;
                if started.as_ref().is_none_or(|started| started.build != manifest.build_id) {
                    started = Some(StartupRun::begin(context, manifest.clone()));
                }
                match serve(context, &manifest, connection).await {
                    ServeEnd::Exit => return,
                    ServeEnd::Lost(reason) => tracing::warn!(reason, "lost the server"),
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
    context.outbox.directory(directory_message(&context.workspace, manifest));
    context.outbox.delivery(manifest.build_id, warnings);
    context.workspace.set_ready(manifest.clone());
}

/// The start scripts of a build, run once however often the agent reconnects.
struct StartupRun {
    build: Uuid,
    scripts: JoinHandle<()>,
    _probes: JoinSet<()>,
}

impl StartupRun {
    fn begin(context: &AgentContext, manifest: Arc<Manifest>) -> Self {
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
        // Those of an earlier build have nothing to say any more.
        self.scripts.abort();
    }
}
