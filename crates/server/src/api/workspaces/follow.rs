//! Logs as they grow, over a WebSocket.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use coder_control::{Caller, Result};
use coder_model::{AgentId, BuildId, workspace::JobStatus};
use tokio::time::{Instant, sleep};

use super::show::{agent_log, build_log};
use crate::State;

/// How often new lines are looked for.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// How often it is checked that the caller may go on.
const CHECK_EVERY: Duration = Duration::from_secs(10);

/// Whose log is followed.
#[derive(Debug, Clone, Copy)]
pub enum Source {
    /// A build's: one message a line, until the build has ended.
    Build(BuildId),
    /// An agent's: messages of several lines, until the caller hangs up.
    Agent(AgentId),
}

/// Sends every line after the line `after`, then those that are added.
pub async fn follow(state: State, caller: Caller, source: Source, mut after: i64, mut socket: WebSocket) {
    let mut stop = state.stop.clone();
    let mut checked = Instant::now();
    loop {
        if checked.elapsed() > CHECK_EVERY {
            if !state.control.is_session_valid(&caller).await.unwrap_or(true) {
                break;
            }
            checked = Instant::now();
        }
        let batch = match next(&state, &caller, source, after).await {
            Ok(batch) => batch,
            Err(error) => {
                tracing::debug!(%error, "a log cannot be followed any more");
                break;
            }
        };
        after = batch.last;
        for text in batch.messages {
            if socket.send(Message::Text(text.into())).await.is_err() {
                return;
            }
        }
        if batch.is_end {
            break;
        }
        tokio::select! {
            () = sleep(LOOK_EVERY) => {}
            // Nothing is expected of the caller but to hang up.
            message = socket.recv() => match message {
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {}
            },
            _ = stop.wait_for(|stop| *stop) => break,
        }
    }
    let goodbye = CloseFrame { code: close_code::NORMAL, reason: "".into() };
    let _ = socket.send(Message::Close(Some(goodbye))).await;
}

struct Batch {
    messages: Vec<String>,
    last: i64,
    is_end: bool,
}

async fn next(state: &State, caller: &Caller, source: Source, after: i64) -> Result<Batch> {
    let unwritable = |error: serde_json::Error| {
        coder_control::Error::internal(format!("a log line cannot be written: {error}"))
    };
    match source {
        Source::Build(id) => {
            // Looked at before the lines: none is added after the end.
            let status = state.control.find_build(caller, id).await?.build.status;
            let lines = state.control.list_build_logs(caller, id, after).await?;
            let last = lines.last().map_or(after, |line| line.id);
            let is_end = lines.is_empty()
                && !matches!(status, JobStatus::Pending | JobStatus::Running | JobStatus::Canceling);
            let messages = lines.into_iter().map(|line| serde_json::to_string(&build_log(line)));
            Ok(Batch {
                messages: messages.collect::<std::result::Result<_, _>>().map_err(unwritable)?,
                last,
                is_end,
            })
        }
        Source::Agent(id) => {
            let lines = state.control.list_agent_logs(caller, id, after).await?;
            let last = lines.last().map_or(after, |line| line.id);
            let lines: Vec<_> = lines.into_iter().map(agent_log).collect();
            let messages = if lines.is_empty() {
                Vec::new()
            } else {
                vec![serde_json::to_string(&lines).map_err(unwritable)?]
            };
            Ok(Batch { messages, last, is_end: false })
        }
    }
}
