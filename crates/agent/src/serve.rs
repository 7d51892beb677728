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
    outbox::Outbox,
    scripts, ssh,
    terminal_sessions::{self, TerminalSessions},
    workspace::Workspace,
};

/// How long a stream may take to say what it carries.
const OPEN_TIMEOUT: Duration = Duration::from_secs(10);
/// The most that this takes, in bytes.
const MAX_OPEN_BYTES: usize = 4 * 1024;
/// How long the last log lines may take before a workspace ends.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(5);

/// What everything an agent does shares.
#[derive(Clone)]
pub struct AgentContext {
    pub workspace: Arc<Workspace>,
    pub outbox: Arc<Outbox>,
    pub terminal_sessions: Arc<TerminalSessions>,
}

/// Why serving ended.
#[derive(Debug)]
pub enum ServeEnd {
    /// The connection is gone.
    Lost(String),
    /// The workspace has stopped and the process is to end.
    Exit,
}

/// Serves until the connection is lost or the workspace ends.
pub async fn serve(context: &AgentContext, manifest: &Arc<Manifest>, connection: Connection) -> ServeEnd {
    let Connection { link, mut incoming, read, write, manifest: _ } = connection;
    let (ending, mut ended) = mpsc::channel(1);
    let streams = async {
        while let Some(stream) = incoming.accept().await {
            tokio::spawn(serve_stream(context.clone(), manifest.clone(), stream, ending.clone()));
        }
    };
    let end = tokio::select! {
        lost = send_outbox(context, write) => ServeEnd::Lost(lost),
        lost = receive_messages(&context.outbox, read) => ServeEnd::Lost(lost),
        reason = link.closed() => ServeEnd::Lost(reason),
        () = streams => ServeEnd::Lost("the link has ended".to_owned()),
        Some(()) = ended.recv() => ServeEnd::Exit,
    };
    link.close();
    end
}

/// Sends the outbox to the server as it fills.
async fn send_outbox(context: &AgentContext, mut write: impl AsyncWrite + Unpin) -> String {
    context.outbox.reconnected();
    loop {
        while let Some(message) = context.outbox.next() {
            if let Err(error) = frame::send(&mut write, &message).await {
                return error.to_string();
            }
        }
        context.outbox.changed().await;
    }
}

/// Hears what the server says.
async fn receive_messages(outbox: &Outbox, mut read: impl AsyncRead + Unpin) -> String {
    loop {
        match frame::receive(&mut read, MAX_MESSAGE_BYTES).await {
            Ok(Some(ServerMessage::LogsStored { batch })) => outbox.acknowledge(batch),
            Ok(Some(ServerMessage::Refused { message })) => return message,
            Ok(Some(_)) => {}
            Ok(None) => return "closed by the server".to_owned(),
            Err(error) => return error.to_string(),
        }
    }
}

/// Serves one stream that the server opened.
async fn serve_stream(
    context: AgentContext,
    manifest: Arc<Manifest>,
    mut stream: MuxStream,
    ending: mpsc::Sender<()>,
) {
    match timeout(OPEN_TIMEOUT, frame::receive(&mut stream, MAX_OPEN_BYTES)).await {
        Ok(Ok(Some(OpenStream::Ssh))) => ssh::serve(context.workspace, stream).await,
        Ok(Ok(Some(OpenStream::Dial(to)))) => dial::serve(&context.workspace, stream, &to).await,
        Ok(Ok(Some(OpenStream::Terminal(open)))) => {
            terminal_sessions::serve(&context.terminal_sessions, &context.workspace, stream, &open).await;
        }
        Ok(Ok(Some(OpenStream::Ping))) => {
            let _ = frame::send(&mut stream, &Opened { error: None }).await;
        }
        Ok(Ok(Some(OpenStream::Shutdown { exit }))) => {
            let state = shut_down(&context, &manifest).await;
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
async fn shut_down(context: &AgentContext, manifest: &Manifest) -> Lifecycle {
    context.outbox.lifecycle(Lifecycle::ShuttingDown);
    let reached = scripts::stop(&context.workspace, manifest, &context.outbox).await;
    context.workspace.shut_down();
    context.outbox.lifecycle(reached);
    let told = async {
        while !context.outbox.is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    if timeout(FLUSH_TIMEOUT, told).await.is_err() {
        tracing::warn!("the server did not take the last log lines in time");
    }
    reached
}

/// What the server is told of where sessions start.
pub fn directory_message(workspace: &Workspace, manifest: &Manifest) -> AgentMessage {
    AgentMessage::Directory { path: workspace.directory(manifest).to_string_lossy().into_owned() }
}
