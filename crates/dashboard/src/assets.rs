//! Static files: scripts, styles, images.

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderValue, Uri, header},
    response::{IntoResponse, Response},
};
use coder_http::HttpError;

/// A file of the bundle. Its name contains a hash of its content, so that it can be cached without limit.
pub async fn asset(uri: Uri, headers: HeaderMap) -> Response {
    let Some(file) = coder_web::find(uri.path()) else { return HttpError::not_found().into_response() };
    let accepted =
        headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let accepts =
        |name: &str| accepted.split(',').any(|encoding| encoding.trim().split(';').next() == Some(name));
    let (encoding, bytes) = match (file.brotli, file.gzip) {
        (Some(bytes), _) if accepts("br") => (Some("br"), bytes),
        (_, Some(bytes)) if accepts("gzip") => (Some("gzip"), bytes),
        _ => (None, file.plain),
    };
    let mut response = Bytes::from_static(bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}
