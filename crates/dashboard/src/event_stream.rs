//! Parts of a page that are sent again as they change, over server-sent events.

use coder_http::HttpError;
use std::{convert::Infallible, time::Duration};

use askama::Template;
use axum::response::{
    IntoResponse, Response,
    sse::{Event, KeepAlive, Sse},
};
use coder_control::Caller;
use futures_util::stream;
use tokio::{sync::mpsc, time::sleep};

use crate::DashboardState;
use crate::response::PageError;

/// How often something is said when nothing happens, so that what lies between does not close the connection.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(15);
/// Events on their way to one page. One that does not take them holds its own page back, and nothing else.
const EVENT_BUFFER: usize = 8;

/// The page does not take any more: it is gone.
pub struct Disconnected;

/// Where the events of one page go.
pub struct EventSink(mpsc::Sender<Event>);

impl EventSink {
    /// Puts elements in the place of those on the page that have the same id.
    pub async fn replace(&self, html: String) -> Result<(), Disconnected> {
        self.send(Event::default().event("replace").data(html)).await
    }

    /// Adds the children of elements to those on the page that have the same id. A page that connects again says `mark`.
    pub async fn append(&self, html: String, mark: String) -> Result<(), Disconnected> {
        self.send(Event::default().event("append").id(mark).data(html)).await
    }

    /// Has the browser go elsewhere.
    pub async fn navigate(&self, to: &str) -> Result<(), Disconnected> {
        self.send(Event::default().event("navigate").data(to)).await
    }

    /// Waits until it is time to look again.
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

/// Why following ended.
pub enum StreamEnd {
    /// The page is gone.
    Disconnected,
    /// What was followed is not there for the caller any more, or the database failed.
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

/// Has `work` send events to a page for as long as the page is there, the caller is signed in and the server runs. Where
/// what it follows is gone, the browser goes to `otherwise`.
pub fn follow<W, F>(state: DashboardState, caller: Caller, otherwise: &'static str, work: W) -> Response
where
    W: FnOnce(DashboardState, EventSink) -> F + Send + 'static,
    F: Future<Output = Result<(), StreamEnd>> + Send,
{
    let (sender, receiver) = mpsc::channel(EVENT_BUFFER);
    tokio::spawn(async move {
        let (page, last) = (EventSink(sender.clone()), EventSink(sender));
        let shutdown = state.shutdown.clone();
        let to = tokio::select! {
            ended = work(state.clone(), page) => match ended {
                Err(StreamEnd::Failed(refusal)) => {
                    tracing::debug!(?refusal, "a page cannot be followed any more");
                    Some(otherwise)
                }
                Ok(()) | Err(StreamEnd::Disconnected) => None,
            },
            () = state.control.wait_until_revoked(&caller) => Some("/login"),
            () = shutdown.cancelled() => None,
        };
        if let Some(to) = to {
            let _ = last.navigate(to).await;
        }
    });
    let events = stream::unfold(receiver, |mut receiver| async {
        receiver.recv().await.map(|event| (Ok::<_, Infallible>(event), receiver))
    });
    let events = Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE_INTERVAL));
    // A proxy in front that collects answers before it passes them on would hold every event back.
    ([("X-Accel-Buffering", "no")], events).into_response()
}

/// A part of a page as text.
pub fn render(part: &impl Template) -> Result<String, PageError> {
    part.render().map_err(|error| HttpError::internal(error).into())
}
