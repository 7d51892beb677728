//! Where requests of browsers come from.

use axum::http::{HeaderMap, Method, header, request::Parts};

/// Whether a browser loads a page, so that it can be redirected.
pub fn is_navigation(parts: &Parts) -> bool {
    let accepted = parts.headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    parts.method == Method::GET
        && !parts.headers.contains_key(header::UPGRADE)
        && accepted.contains("text/html")
}

/// Whether a request can change state. Then cookies alone do not authorize it: browsers add them to requests of any site.
pub fn is_state_changing(parts: &Parts) -> bool {
    !matches!(parts.method, Method::GET | Method::HEAD) || parts.headers.contains_key(header::UPGRADE)
}

/// Whether `Sec-Fetch-Site` or `Origin` is same-origin. Missing headers count as cross-origin.
pub fn is_same_origin(headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok());
    let origin = headers.get(header::ORIGIN).and_then(|value| value.to_str().ok());
    match (origin.and_then(|origin| origin.split_once("://")), host) {
        (Some((_, authority)), Some(host)) => authority == host,
        _ => false,
    }
}
