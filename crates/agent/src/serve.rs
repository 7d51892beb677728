//! What an agent does while it is connected.

use std::{sync::Arc, time::Duration};

use coder_model::workspace::Lifecycle;
use coder_mux::{MuxStream, frame};
use coder_wire::agent::{MAX_MESSAGE_BYTES, Manifest, OpenStream, Opened, ServerMessage, ShutdownDone};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use crate::{
    connect::Connection,
    dial,
    outbox::Outbox,
    scripts, ssh,
    terminal_sessions::{self, TerminalSessions},
    workspace::Workspace,
};

/// For the [`OpenStream`] that begins a stream, and its size.
const OPEN_TIMEOUT: Duration = Duration::from_secs(10);
const MAX_OPEN_BYTES: usize = 4 * 1024;
/// For the server to acknowledge the last log lines when the workspace shuts down.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(5);

/// State shared by all connections of an agent.
#[derive(Clone)]
pub struct AgentContext {
    pub workspace: Arc<Workspace>,
    pub outbox: Arc<Outbox>,
    pub terminal_sessions: Arc<TerminalSessions>,
}

#[derive(Debug)]
pub enum ServeEnd {
    /// The connection is lost, with the reason.
    Lost(String),
    /// The workspace has stopped, and the agent is to exit.
    Exit,
}

/// Serves one connection until it is lost or the agent is to exit.
pub async fn serve(context: &AgentContext, manifest: &Arc<Manifest>, connection: Connection) -> ServeEnd {
    let Connection { mux, mut incoming, read, write, manifest: _ } = connection;
    let exit = CancellationToken::new();
    let streams = async {
        while let Some(stream) = incoming.accept().await {
            tokio::spawn(serve_stream(context.clone(), manifest.clone(), stream, exit.clone()));
        }
    };
    let end = tokio::select! {
        reason = send_outbox(&context.outbox, write) => ServeEnd::Lost(reason),
        reason = receive_messages(&context.outbox, read) => ServeEnd::Lost(reason),
        reason = mux.closed() => ServeEnd::Lost(reason),
        () = streams => ServeEnd::Lost("the connection has ended".to_owned()),
        () = exit.cancelled() => ServeEnd::Exit,
    };
    mux.close();
    end
}

/// Sends the outbox as it fills. Returns why it cannot any more.
async fn send_outbox(outbox: &Outbox, mut write: impl AsyncWrite + Unpin) -> String {
    outbox.reconnected();
    loop {
        while let Some(message) = outbox.next() {
            if let Err(error) = frame::send(&mut write, &message).await {
                return error.to_string();
            }
        }
        outbox.changed().await;
    }
}

/// Receives the server's messages. Returns why it cannot any more.
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
    exit_agent: CancellationToken,
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
                tracing::debug!(%error, "cannot report that the workspace has stopped");
            }
            if exit {
                exit_agent.cancel();
            }
        }
        other => tracing::debug!(?other, "received an invalid stream"),
    }
}

/// Runs the shutdown scripts, ends the sessions, and waits until the server has the last log lines.
async fn shut_down(context: &AgentContext, manifest: &Manifest) -> Lifecycle {
    context.outbox.lifecycle(Lifecycle::ShuttingDown);
    let reached = scripts::stop(&context.workspace, manifest, &context.outbox).await;
    context.workspace.shut_down();
    context.outbox.lifecycle(reached);
    let flushed = async {
        while !context.outbox.is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    if timeout(FLUSH_TIMEOUT, flushed).await.is_err() {
        tracing::warn!("the server did not acknowledge the last log lines in time");
    }
    reached
}
