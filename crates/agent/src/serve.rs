//! What an agent does while it is connected.

use std::{sync::Arc, time::Duration};

use coder_model::workspace::Lifecycle;
use coder_mux::{MuxStream, frame};
use coder_wire::agent::{
    AgentMessage, MAX_MESSAGE_BYTES, Manifest, OpenStream, Opened, ServerMessage, ShutdownDone,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::mpsc,
    time::timeout,
};

use crate::{
    connect::Connection,
    dial,
    reports::Reports,
    scripts, ssh,
    terminals::{self, Terminals},
    workspace::Workspace,
};

/// How long a stream may take to say what it carries.
const OPEN_TIMEOUT: Duration = Duration::from_secs(10);
/// The most that this takes, in bytes.
const MAX_OPEN: usize = 4 * 1024;
/// How long the last log lines may take before a workspace ends.
const LAST_REPORTS: Duration = Duration::from_secs(5);

/// What everything an agent does shares.
#[derive(Clone)]
pub struct Shared {
    pub workspace: Arc<Workspace>,
    pub reports: Arc<Reports>,
    pub terminals: Arc<Terminals>,
}

/// Why serving ended.
#[derive(Debug)]
pub enum End {
    /// The connection is gone.
    Lost(String),
    /// The workspace has stopped and the process is to end.
    Exit,
}

/// Serves until the connection is lost or the workspace ends.
pub async fn serve(shared: &Shared, manifest: &Arc<Manifest>, connection: Connection) -> End {
    let Connection { link, mut incoming, read, write, manifest: _ } = connection;
    let (ending, mut ended) = mpsc::channel(1);
    let streams = async {
        while let Some(stream) = incoming.accept().await {
            tokio::spawn(serve_stream(shared.clone(), manifest.clone(), stream, ending.clone()));
        }
    };
    let end = tokio::select! {
        lost = tell(shared, write) => End::Lost(lost),
        lost = listen(&shared.reports, read) => End::Lost(lost),
        reason = link.closed() => End::Lost(reason),
        () = streams => End::Lost("the link has ended".to_owned()),
        Some(()) = ended.recv() => End::Exit,
    };
    link.close();
    end
}

/// Tells the server what there is to tell, as it comes up.
async fn tell(shared: &Shared, mut write: impl AsyncWrite + Unpin) -> String {
    shared.reports.reconnected();
    loop {
        while let Some(message) = shared.reports.next() {
            if let Err(error) = frame::send(&mut write, &message).await {
                return error.to_string();
            }
        }
        shared.reports.changed().await;
    }
}

/// Hears what the server says.
async fn listen(reports: &Reports, mut read: impl AsyncRead + Unpin) -> String {
    loop {
        match frame::receive(&mut read, MAX_MESSAGE_BYTES).await {
            Ok(Some(ServerMessage::LogsStored { batch })) => reports.stored(batch),
            Ok(Some(ServerMessage::Refused { message })) => return message,
            Ok(Some(_)) => {}
            Ok(None) => return "closed by the server".to_owned(),
            Err(error) => return error.to_string(),
        }
    }
}

/// Serves one stream that the server opened.
async fn serve_stream(
    shared: Shared,
    manifest: Arc<Manifest>,
    mut stream: MuxStream,
    ending: mpsc::Sender<()>,
) {
    match timeout(OPEN_TIMEOUT, frame::receive(&mut stream, MAX_OPEN)).await {
        Ok(Ok(Some(OpenStream::Ssh))) => ssh::serve(shared.workspace, stream).await,
        Ok(Ok(Some(OpenStream::Dial(to)))) => dial::serve(&shared.workspace, stream, &to).await,
        Ok(Ok(Some(OpenStream::Terminal(open)))) => {
            terminals::serve(&shared.terminals, &shared.workspace, stream, &open).await;
        }
        Ok(Ok(Some(OpenStream::Ping))) => {
            let _ = frame::send(&mut stream, &Opened { error: None }).await;
        }
        Ok(Ok(Some(OpenStream::Shutdown { exit }))) => {
            let state = shut_down(&shared, &manifest).await;
            let done = ShutdownDone { state: state.as_str().to_owned() };
            if let Err(error) = frame::send(&mut stream, &done).await {
                tracing::debug!(%error, "cannot say that the workspace has stopped");
            }
            if exit {
                let _ = ending.send(()).await;
            }
        }
        other => tracing::debug!(?other, "a stream that is not understood"),
    }
}

/// Runs the stop scripts, ends the sessions, and sees to it that the server has the last lines.
async fn shut_down(shared: &Shared, manifest: &Manifest) -> Lifecycle {
    shared.reports.lifecycle(Lifecycle::ShuttingDown);
    let reached = scripts::stop(&shared.workspace, manifest, &shared.reports).await;
    shared.workspace.close();
    shared.reports.lifecycle(reached);
    let told = async {
        while !shared.reports.is_done() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    if timeout(LAST_REPORTS, told).await.is_err() {
        tracing::warn!("the server did not take the last log lines in time");
    }
    reached
}

/// What the server is told of where sessions start.
pub fn directory_message(workspace: &Workspace, manifest: &Manifest) -> AgentMessage {
    AgentMessage::Directory { path: workspace.directory(manifest).to_string_lossy().into_owned() }
}
