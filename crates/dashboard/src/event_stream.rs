//! Parts of a page that are sent again when they change, over server-sent events.

use std::{convert::Infallible, time::Duration};

use askama::Template;
use axum::response::{
    IntoResponse, Response,
    sse::{Event, KeepAlive, Sse},
};
use coder_control::Caller;
use coder_http::HttpError;
use futures_util::stream;
use tokio::{sync::mpsc, time::sleep};

use crate::DashboardState;
use crate::response::PageError;

/// Keep-alive interval, so that proxies do not close an idle stream.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(15);
/// Events that may wait for one page. A slow page delays only its own stream.
const EVENT_BUFFER: usize = 8;

/// The page has closed its stream.
pub struct Disconnected;

/// Sends events to one page.
pub struct EventSink(mpsc::Sender<Event>);

impl EventSink {
    /// Replaces the elements of the page that have the same ids.
    pub async fn replace(&self, html: String) -> Result<(), Disconnected> {
        self.send(Event::default().event("replace").data(html)).await
    }

    /// Appends the children of these elements to the page's elements with the same ids. A page that reconnects sends `mark` in
    /// `Last-Event-ID`.
    pub async fn append(&self, html: String, mark: String) -> Result<(), Disconnected> {
        self.send(Event::default().event("append").id(mark).data(html)).await
    }

    /// Makes the browser load another page.
    pub async fn navigate(&self, to: &str) -> Result<(), Disconnected> {
        self.send(Event::default().event("navigate").data(to)).await
    }

    /// Waits before the next poll; less if the page disconnects.
    pub async fn sleep(&self, time: Duration) -> Result<(), Disconnected> {
        tokio::select! {
            () = sleep(time) => Ok(()),
            () = self.0.closed() => Err(Disconnected),
        }
    }

    async fn send(&self, event: Event) -> Result<(), Disconnected> {
        self.0.send(event).await.map_err(|_| Disconnected)
    }
}

/// Why a stream ended.
pub enum StreamEnd {
    Disconnected,
    /// The caller can no longer see what the page shows, or the database failed.
    Failed(PageError),
}

impl From<Disconnected> for StreamEnd {
    fn from(Disconnected: Disconnected) -> Self {
        Self::Disconnected
    }
}

impl<E: Into<PageError>> From<E> for StreamEnd {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// Runs `send_updates` until the page disconnects, the caller's session is revoked or the server shuts down. If it fails, the
/// browser is sent to `fallback`; after a revocation, to log-in.
pub fn stream_updates<W, F>(
    state: DashboardState,
    caller: Caller,
    fallback: &'static str,
    send_updates: W,
) -> Response
where
    W: FnOnce(DashboardState, EventSink) -> F + Send + 'static,
    F: Future<Output = Result<(), StreamEnd>> + Send,
{
    let (sender, receiver) = mpsc::channel(EVENT_BUFFER);
    tokio::spawn(async move {
        let sink = EventSink(sender.clone());
        let shutdown = state.shutdown.clone();
        let to = tokio::select! {
            ended = send_updates(state.clone(), EventSink(sender)) => match ended {
                Err(StreamEnd::Failed(error)) => {
                    tracing::debug!(?error, "live updates of a page ended");
                    Some(fallback)
                }
                Ok(()) | Err(StreamEnd::Disconnected) => None,
            },
            () = state.control.wait_until_revoked(&caller) => Some("/login"),
            () = shutdown.cancelled() => None,
        };
        if let Some(to) = to {
            let _ = sink.navigate(to).await;
        }
    });
    let events = stream::unfold(receiver, |mut receiver| async {
        receiver.recv().await.map(|event| (Ok::<_, Infallible>(event), receiver))
    });
    let events = Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE_INTERVAL));
    // Tells nginx not to buffer the stream.
    ([("X-Accel-Buffering", "no")], events).into_response()
}

/// Renders a part of a page.
pub fn render(part: &impl Template) -> Result<String, PageError> {
    part.render().map_err(|error| HttpError::internal(error).into())
}
