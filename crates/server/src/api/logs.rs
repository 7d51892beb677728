//! Logs: the requested lines, and sending new ones over a WebSocket.

use std::time::Duration;

use axum::{
    extract::ws::{CloseFrame, Message, WebSocket, close_code},
    http::StatusCode,
};
use coder_control::{Caller, Result};
use coder_http::HttpError;
use coder_model::{AgentId, BuildId, workspace::JobStatus};

use super::{
    agents,
    polling::{Wait, wait},
    workspaces::build_log,
};
use crate::AppState;

/// How often new lines are read.
const POLL_INTERVAL: Duration = Duration::from_millis(250);

#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LogsQuery {
    /// Only lines after the one with this id.
    #[serde(default)]
    pub after: i64,
    /// Only lines before the one with this id.
    pub before: Option<i64>,
    /// Keep sending new lines, over a WebSocket. Any value but `false` enables it.
    pub follow: Option<String>,
}

impl LogsQuery {
    pub fn follows(&self) -> bool {
        self.follow.as_deref().is_some_and(|follow| follow != "false")
    }

    /// Whether a line is before `before`.
    pub fn includes(&self, id: i64) -> bool {
        self.before.is_none_or(|before| id < before)
    }
}

/// The response to `follow` without a WebSocket upgrade.
pub fn no_websocket() -> HttpError {
    HttpError::new(StatusCode::BAD_REQUEST, "Following a log needs a WebSocket.")
        .with_detail("Ask again with `after` for what was added since.")
}

#[derive(Debug, Clone, Copy)]
pub enum Source {
    /// One message per line, until the build has completed.
    Build(BuildId),
    /// Messages with arrays of lines, until the client disconnects.
    Agent(AgentId),
}

/// Sends the lines after the line with the id `after`, then new ones.
pub async fn follow(state: AppState, caller: Caller, source: Source, mut after: i64, mut socket: WebSocket) {
    let mut revoked = std::pin::pin!(state.control.wait_until_revoked(&caller));
    loop {
        let batch = match next_batch(&state, &caller, source, after).await {
            Ok(batch) => batch,
            Err(error) => {
                tracing::debug!(%error, "following a log ended");
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
        match wait(&state, &mut socket, POLL_INTERVAL, revoked.as_mut()).await {
            Wait::Poll => {}
            Wait::Disconnected => return,
            Wait::Ended => break,
        }
    }
    let close = CloseFrame { code: close_code::NORMAL, reason: "".into() };
    let _ = socket.send(Message::Close(Some(close))).await;
}

struct Batch {
    messages: Vec<String>,
    last: i64,
    is_end: bool,
}

async fn next_batch(state: &AppState, caller: &Caller, source: Source, after: i64) -> Result<Batch> {
    let serialize_error = |error: serde_json::Error| {
        coder_control::Error::internal(format!("cannot serialize a log line: {error}"))
    };
    match source {
        Source::Build(id) => {
            // Read before the lines: none is added after the build has completed.
            let status = state.control.find_build(caller, id).await?.build.status;
            let lines = state.control.list_build_logs(caller, id, after).await?;
            let last = lines.last().map_or(after, |line| line.id);
            let is_end = lines.is_empty()
                && !matches!(status, JobStatus::Pending | JobStatus::Running | JobStatus::Canceling);
            let messages = lines.into_iter().map(|line| serde_json::to_string(&build_log(line)));
            Ok(Batch {
                messages: messages.collect::<std::result::Result<_, _>>().map_err(serialize_error)?,
                last,
                is_end,
            })
        }
        Source::Agent(id) => {
            let lines = state.control.list_agent_logs(caller, id, after).await?;
            let last = lines.last().map_or(after, |line| line.id);
            let lines: Vec<_> = lines.into_iter().map(agents::agent_log).collect();
            let messages = if lines.is_empty() {
                Vec::new()
            } else {
                vec![serde_json::to_string(&lines).map_err(serialize_error)?]
            };
            Ok(Batch { messages, last, is_end: false })
        }
    }
}
