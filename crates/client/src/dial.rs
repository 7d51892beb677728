//! Multiplexed connections to the server: an agent's own, and a user's tunnel to an agent.

use std::time::Duration;

use coder_mux::{
    Incoming, Mux, MuxStream, Role, frame,
    socket::{MAX_MESSAGE, READ_BUFFER, WebSocketIo},
};
use coder_wire::{
    ApiError, TOKEN_HEADER,
    agent::{Dial, OpenStream, Opened},
};
use http::{HeaderValue, header};
use tokio::time::{Instant, timeout};
use tokio_tungstenite::{
    connect_async_with_config,
    tungstenite::{self, client::IntoClientRequest, protocol::WebSocketConfig},
};
use url::Url;
use uuid::Uuid;

use crate::Client;

/// For connecting to the server, and for a response of the agent.
const TIMEOUT: Duration = Duration::from_secs(20);
const MAX_RESPONSE_BYTES: usize = 4 * 1024;
/// Upper bound for a server's `Retry-After`.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(300);

#[derive(Debug, thiserror::Error)]
pub enum DialError {
    /// The server responded with an error instead of upgrading the connection.
    #[error("{}{}{}", .error.message, if .error.detail.is_empty() { "" } else { " " }, .error.detail)]
    Rejected { status: u16, error: ApiError, retry_after: Option<Duration> },
    /// The agent cannot connect to the address.
    #[error("cannot connect in the workspace: {reason}")]
    ConnectFailed { reason: String },
    #[error("cannot reach {url}: {reason}")]
    Unreachable { url: String, reason: String },
}

/// Opens a multiplexed connection to a path of the server. The token travels in a header.
pub async fn dial(
    server: &Url,
    segments: &[&str],
    query: &str,
    token: &str,
) -> Result<(Mux, Incoming), DialError> {
    let unreachable = |reason: String| DialError::Unreachable { url: server.to_string(), reason };
    let mut url = server.clone();
    let scheme = if url.scheme() == "https" { "wss" } else { "ws" };
    if url.set_scheme(scheme).is_err() {
        return Err(unreachable("the URL must begin with http:// or https://".to_owned()));
    }
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url.set_query((!query.is_empty()).then_some(query));

    let mut request = url.as_str().into_client_request().map_err(|error| unreachable(error.to_string()))?;
    let mut value = HeaderValue::from_str(token)
        .map_err(|_| unreachable("the token contains invalid characters".to_owned()))?;
    value.set_sensitive(true);
    request.headers_mut().insert(TOKEN_HEADER, value);
    request
        .headers_mut()
        .insert(header::USER_AGENT, HeaderValue::from_static(concat!("coder/", env!("CARGO_PKG_VERSION"))));
    let config = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER)
        .max_message_size(Some(MAX_MESSAGE))
        .max_frame_size(Some(MAX_MESSAGE));
    // The last argument sets TCP_NODELAY: a keystroke must not wait for an acknowledgement.
    let connecting = connect_async_with_config(request, Some(config), true);
    match timeout(TIMEOUT, connecting).await {
        Ok(Ok((socket, _))) => Ok(Mux::new(WebSocketIo::new(socket), Role::Client)),
        Ok(Err(tungstenite::Error::Http(response))) => Err(rejection(&response)),
        Ok(Err(error)) => Err(unreachable(error.to_string())),
        Err(_) => Err(unreachable("no response in time".to_owned())),
    }
}

fn rejection(response: &http::Response<Option<Vec<u8>>>) -> DialError {
    let body = response.body().as_deref().unwrap_or_default();
    let error = serde_json::from_slice(body).unwrap_or_else(|_| ApiError {
        message: format!("The server responded with status {}.", response.status()),
        ..ApiError::default()
    });
    let retry_after = response
        .headers()
        .get(header::RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.parse().ok())
        .map(|seconds| Duration::from_secs(seconds).min(MAX_RETRY_AFTER));
    DialError::Rejected { status: response.status().as_u16(), error, retry_after }
}

/// A multiplexed connection to a workspace's agent. Its streams end with it.
pub struct Tunnel {
    mux: Mux,
    url: Url,
}

impl Client {
    pub async fn dial_agent(&self, agent: Uuid) -> Result<Tunnel, DialError> {
        let agent = agent.to_string();
        let path = ["api", "v2", "workspaceagents", &agent, "tunnel"];
        let (mux, _) = dial(self.url(), &path, "", self.token().unwrap_or_default()).await?;
        Ok(Tunnel { mux, url: self.url().clone() })
    }
}

impl Tunnel {
    /// A stream to the agent's SSH server.
    pub async fn ssh(&self) -> Result<MuxStream, DialError> {
        self.open(&OpenStream::Ssh).await
    }

    /// A stream to an address, as seen from the workspace.
    ///
    /// # Errors
    /// [`DialError::ConnectFailed`] when the agent cannot connect to it.
    pub async fn connect(&self, to: Dial) -> Result<MuxStream, DialError> {
        self.open_confirmed(&OpenStream::Dial(to)).await
    }

    /// Measures the round trip to the agent. Fails on agents that do not know [`OpenStream::Ping`].
    pub async fn ping(&self) -> Result<Duration, DialError> {
        let since = Instant::now();
        self.open_confirmed(&OpenStream::Ping).await?;
        Ok(since.elapsed())
    }

    async fn open_confirmed(&self, what: &OpenStream) -> Result<MuxStream, DialError> {
        let mut stream = self.open(what).await?;
        let response = timeout(TIMEOUT, frame::receive(&mut stream, MAX_RESPONSE_BYTES)).await;
        let response: Option<Opened> =
            response.map_err(|error| self.broken(&error))?.map_err(|error| self.broken(&error))?;
        match response {
            Some(Opened { error: None }) => Ok(stream),
            Some(Opened { error: Some(reason) }) => Err(DialError::ConnectFailed { reason }),
            None => Err(self.broken(&"the agent closed the stream")),
        }
    }

    async fn open(&self, what: &OpenStream) -> Result<MuxStream, DialError> {
        let mut stream = self.mux.open().await.map_err(|error| self.broken(&error))?;
        frame::send(&mut stream, what).await.map_err(|error| self.broken(&error))?;
        Ok(stream)
    }

    fn broken(&self, reason: &impl std::fmt::Display) -> DialError {
        DialError::Unreachable { url: self.url.to_string(), reason: reason.to_string() }
    }

    /// Waits for the end of the tunnel and returns the reason.
    pub async fn closed(&self) -> String {
        self.mux.closed().await
    }

    pub fn close(&self) {
        self.mux.close();
    }
}
