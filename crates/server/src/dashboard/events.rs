//! Parts of a page that are sent again as they change, over server-sent events.

use std::{convert::Infallible, time::Duration};

use askama::Template;
use axum::response::{
    IntoResponse, Response,
    sse::{Event, KeepAlive, Sse},
};
use coder_control::Caller;
use futures_util::stream;
use tokio::{sync::mpsc, time::sleep};

use super::answer::Refusal;
use crate::{AppState, agents::access, error::HttpError};

/// How often something is said when nothing happens, so that what lies between does not close the connection.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);
/// Events on their way to one page. One that does not take them holds its own page back, and nothing else.
const ON_THE_WAY: usize = 8;

/// The page does not take any more: it is gone.
pub struct Gone;

/// Where the events of one page go.
pub struct Page(mpsc::Sender<Event>);

impl Page {
    /// Puts elements in the place of those on the page that have the same id.
    pub async fn replace(&self, html: String) -> Result<(), Gone> {
        self.send(Event::default().event("replace").data(html)).await
    }

    /// Adds the children of elements to those on the page that have the same id. A page that connects again says `mark`.
    pub async fn append(&self, html: String, mark: String) -> Result<(), Gone> {
        self.send(Event::default().event("append").id(mark).data(html)).await
    }

    /// Has the browser go elsewhere.
    pub async fn leave(&self, to: &str) -> Result<(), Gone> {
        self.send(Event::default().event("leave").data(to)).await
    }

    /// Waits until it is time to look again.
    pub async fn pause(&self, time: Duration) -> Result<(), Gone> {
        tokio::select! {
            () = sleep(time) => Ok(()),
            () = self.0.closed() => Err(Gone),
        }
    }

    async fn send(&self, event: Event) -> Result<(), Gone> {
        self.0.send(event).await.map_err(|_| Gone)
    }
}

/// Why following ended.
pub enum End {
    /// The page is gone.
    Gone,
    /// What was followed is not there for the caller any more, or the database failed.
    Failed(Refusal),
}

impl From<Gone> for End {
    fn from(Gone: Gone) -> Self {
        Self::Gone
    }
}

impl<E: Into<Refusal>> From<E> for End {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// Has `work` send events to a page for as long as the page is there, the caller is signed in and the server runs. Where
/// what it follows is gone, the browser goes to `otherwise`.
pub fn follow<W, F>(state: AppState, caller: Caller, otherwise: &'static str, work: W) -> Response
where
    W: FnOnce(AppState, Page) -> F + Send + 'static,
    F: Future<Output = Result<(), End>> + Send,
{
    let (sender, receiver) = mpsc::channel(ON_THE_WAY);
    tokio::spawn(async move {
        let (page, last) = (Page(sender.clone()), Page(sender));
        let shutdown = state.shutdown.clone();
        let to = tokio::select! {
            ended = work(state.clone(), page) => match ended {
                Err(End::Failed(refusal)) => {
                    tracing::debug!(?refusal, "a page cannot be followed any more");
                    Some(otherwise)
                }
                Ok(()) | Err(End::Gone) => None,
            },
            () = access::wait_until_revoked(&state, &caller) => Some("/login"),
            () = shutdown.cancelled() => None,
        };
        if let Some(to) = to {
            let _ = last.leave(to).await;
        }
    });
    let events = stream::unfold(receiver, |mut receiver| async {
        receiver.recv().await.map(|event| (Ok::<_, Infallible>(event), receiver))
    });
    let events = Sse::new(events).keep_alive(KeepAlive::new().interval(SIGN_OF_LIFE));
    // A proxy in front that collects answers before it passes them on would hold every event back.
    ([("X-Accel-Buffering", "no")], events).into_response()
}

/// A part of a page as text.
pub fn render(part: &impl Template) -> Result<String, Refusal> {
    part.render().map_err(|error| HttpError::internal(error).into())
}
