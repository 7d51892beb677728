//! Security headers of every page, and the error page where a handler failed.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};
use coder_http::HttpError;

use crate::{error_page::error_page, notice, page_context::PageContext};

/// A response extension that allows style elements with this nonce. xterm.js needs it.
#[derive(Debug, Clone)]
pub struct StyleNonce(pub String);

/// Adds security headers, renders errors as pages, and clears a notice that was shown.
pub async fn security_headers(context: PageContext, request: Request, next: Next) -> Response {
    let had_notice = notice::is_set(request.headers());
    let mut response = next.run(request).await;
    if let Some(error) = response.extensions_mut().remove::<HttpError>() {
        response = error_page(&context, &error);
    }
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if had_notice && is_page {
        notice::clear(response.headers_mut());
    }
    let nonce = response.extensions_mut().remove::<StyleNonce>();
    set_headers(response.headers_mut(), nonce.as_ref());
    response
}

/// Security headers: CSP without inline or third-party content, no framing, no caching.
fn set_headers(headers: &mut HeaderMap, nonce: Option<&StyleNonce>) {
    const HEADERS: [(HeaderName, &str); 5] = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
    ];
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    let nonce = nonce.map(|nonce| format!(" 'nonce-{}'", nonce.0)).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'{nonce}; img-src 'self'; connect-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
}
