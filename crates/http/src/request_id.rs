//! The id of a request: in the log, in a response header, in the detail of internal errors.

use axum::{extract::Request, http::HeaderValue, middleware::Next, response::Response};
use coder_wire::{REQUEST_ID_HEADER, VERSION_HEADER};
use tracing::Instrument;
use uuid::Uuid;

tokio::task_local! {
    static CURRENT: Uuid;
}

/// The id of the request that the current task handles.
pub fn current() -> Option<Uuid> {
    CURRENT.try_with(|id| *id).ok()
}

/// Middleware: gives the request an id, logs its outcome, and adds the headers with id and version to the response. The log
/// has the path but no query, header or body: those can contain secrets.
pub async fn with_request_id(request: Request, next: Next) -> Response {
    let id = uuid::Builder::from_random_bytes(rand::random()).into_uuid();
    let span = tracing::info_span!("request", request_id = %id, method = %request.method(), path = request.uri().path());
    let started = tokio::time::Instant::now();
    let mut response = CURRENT
        .scope(id, async move {
            let response = next.run(request).await;
            tracing::debug!(
                status = response.status().as_u16(),
                took_us = started.elapsed().as_micros(),
                "request completed"
            );
            response
        })
        .instrument(span)
        .await;
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id.to_string()) {
        headers.insert(REQUEST_ID_HEADER, id);
    }
    headers.insert(VERSION_HEADER, HeaderValue::from_static(env!("CARGO_PKG_VERSION")));
    response
}
