//! The whole URL map on one page.

use std::time::Duration;

use axum::{Router, extract::DefaultBodyLimit, http::StatusCode, middleware};
use tower::ServiceBuilder;
use tower_http::{catch_panic::CatchPanicLayer, timeout::RequestBodyTimeoutLayer};
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{State, api, error::Failure, request_id};

/// The largest ordinary request body, in bytes: a 24 KiB value with every byte escaped fits several times.
const MAX_BODY_BYTES: usize = 1024 * 1024;
/// How long a body may pause before the request is given up.
const BODY_TIMEOUT: Duration = Duration::from_secs(20);

#[derive(OpenApi)]
#[openapi(info(
    title = "Coder API",
    description = "Keeps each developer's secrets and delivers them to their workspaces."
))]
struct Document;

/// Every route, in the shape that yields both the service and its OpenAPI document.
fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::with_openapi(Document::openapi()).routes(routes!(api::health::healthz))
}

/// The service.
pub fn router(state: State) -> Router {
    let (router, _) = routes().split_for_parts();
    router
        .fallback(|| async { Failure::new(StatusCode::NOT_FOUND, "Route not found.") })
        .method_not_allowed_fallback(|| async {
            Failure::new(StatusCode::METHOD_NOT_ALLOWED, "This path does not support that method.")
        })
        .layer(
            ServiceBuilder::new()
                .layer(middleware::from_fn(request_id::name_request))
                .layer(CatchPanicLayer::custom(|_| {
                    axum::response::IntoResponse::into_response(Failure::internal("a handler panicked"))
                }))
                .layer(RequestBodyTimeoutLayer::new(BODY_TIMEOUT))
                .layer(DefaultBodyLimit::max(MAX_BODY_BYTES)),
        )
        .with_state(state)
}

/// The OpenAPI document of every route.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    routes().split_for_parts().1
}
