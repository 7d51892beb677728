//! Links to the server: an agent's, and people's ways into a workspace.

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

/// How long it may take until a link stands, or a connection in the workspace.
const TIMEOUT: Duration = Duration::from_secs(20);
/// The most that the workspace's answer has, in bytes.
const MAX_RESPONSE_BYTES: usize = 4 * 1024;
/// The longest that a server may put us off.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(300);

/// Why there is no link.
#[derive(Debug, thiserror::Error)]
pub enum DialError {
    /// The server said no.
    #[error("{}{}{}", .error.message, if .error.detail.is_empty() { "" } else { " " }, .error.detail)]
    Rejected {
        /// The HTTP status.
        status: u16,
        /// What the server said.
        error: ApiError,
        /// When to ask again, if it said so.
        retry_after: Option<Duration>,
    },
    /// Nothing answers at an address in the workspace.
    #[error("cannot connect in the workspace: {reason}")]
    ConnectFailed {
        /// Why.
        reason: String,
    },
    /// The server cannot be reached.
    #[error("cannot reach {url}: {reason}")]
    Unreachable {
        /// The server.
        url: String,
        /// Why.
        reason: String,
    },
}

/// Opens a link to a path of the server, with the token in a header.
///
/// # Errors
/// When the server cannot be reached or says no.
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
        .map_err(|_| unreachable("the token has characters that no token has".to_owned()))?;
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
        Err(_) => Err(unreachable("no answer in time".to_owned())),
    }
}

fn rejection(response: &http::Response<Option<Vec<u8>>>) -> DialError {
    let body = response.body().as_deref().unwrap_or_default();
    let error = serde_json::from_slice(body).unwrap_or_else(|_| ApiError {
        message: format!("The server answered with status {}.", response.status()),
        ..ApiError::default()
    });
    let retry_after = response
        .headers()
        .get(header::RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.parse().ok())
        .map(|seconds| Duration::from_secs(seconds).min(MAX_RETRY_AFTER));
    DialError::Rejected { status: response.status().as_u16(), error, retry_after }
}

/// A way to a workspace's agent: a link, on which streams are opened. The streams end with it.
pub struct Tunnel {
    link: Mux,
    url: Url,
}

impl Client {
    /// Opens a way to a workspace's agent.
    ///
    /// # Errors
    /// When the server cannot be reached or says no.
    pub async fn dial_agent(&self, agent: Uuid) -> Result<Tunnel, DialError> {
        let agent = agent.to_string();
        let path = ["api", "v2", "workspaceagents", &agent, "tunnel"];
        let (link, _) = dial(self.url(), &path, "", self.token().unwrap_or_default()).await?;
        Ok(Tunnel { link, url: self.url().clone() })
    }
}

impl Tunnel {
    /// A stream of the SSH protocol, the agent being the server.
    ///
    /// # Errors
    /// When the tunnel has broken.
    pub async fn ssh(&self) -> Result<MuxStream, DialError> {
        self.open(&OpenStream::Ssh).await
    }

    /// A stream to what listens at an address seen from the workspace.
    ///
    /// # Errors
    /// [`DialError::ConnectFailed`] when nothing answers there; when the tunnel has broken.
    pub async fn connect(&self, to: Dial) -> Result<MuxStream, DialError> {
        self.open_confirmed(&OpenStream::Dial(to)).await
    }

    /// How long the way to the workspace's agent and back takes now.
    ///
    /// # Errors
    /// When the tunnel has broken, or the agent does not know what it is asked.
    pub async fn ping(&self) -> Result<Duration, DialError> {
        let since = Instant::now();
        self.open_confirmed(&OpenStream::Ping).await?;
        Ok(since.elapsed())
    }

    async fn open_confirmed(&self, what: &OpenStream) -> Result<MuxStream, DialError> {
        let mut stream = self.open(what).await?;
        let answer = timeout(TIMEOUT, frame::receive(&mut stream, MAX_RESPONSE_BYTES)).await;
        let answer: Option<Opened> =
            answer.map_err(|error| self.broken(&error))?.map_err(|error| self.broken(&error))?;
        match answer {
            Some(Opened { error: None }) => Ok(stream),
            Some(Opened { error: Some(reason) }) => Err(DialError::ConnectFailed { reason }),
            None => Err(self.broken(&"the workspace ended the stream")),
        }
    }

    async fn open(&self, what: &OpenStream) -> Result<MuxStream, DialError> {
        let mut stream = self.link.open().await.map_err(|error| self.broken(&error))?;
        frame::send(&mut stream, what).await.map_err(|error| self.broken(&error))?;
        Ok(stream)
    }

    fn broken(&self, reason: &impl std::fmt::Display) -> DialError {
        DialError::Unreachable { url: self.url.to_string(), reason: reason.to_string() }
    }

    /// Waits for the end of the tunnel and says what ended it.
    pub async fn closed(&self) -> String {
        self.link.closed().await
    }

    /// Ends the tunnel and every stream in it.
    pub fn close(&self) {
        self.link.close();
    }
}
