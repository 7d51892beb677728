//! What every answer of the dashboard gets on its way out: headers, and a page where there is only an error.

use askama::Template;
use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{answer, frame::Frame, shown::filters, visit::Visit};
use crate::{cookies::cookie, error::HttpError, request_id};

/// The cookie that carries what is to be said on the next page.
pub const NOTICE_COOKIE: &str = "coder_notice";

/// Lets a page have style elements that carry this word. Terminals draw with them.
#[derive(Debug, Clone)]
pub struct StyleNonce(pub String);

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'f> {
    frame: Frame,
    status: u16,
    message: &'f str,
    detail: &'f str,
    request_id: String,
}

/// Dresses the answers of the dashboard.
pub async fn dress(visit: Visit, request: Request, next: Next) -> Response {
    let had_notice = cookie(request.headers(), NOTICE_COOKIE).is_some();
    let mut response = next.run(request).await;
    if let Some(failure) = response.extensions_mut().remove::<HttpError>() {
        response = error_page(&visit, &failure);
    }
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if had_notice && is_page {
        // Said once. It names no more than the cookie's maker did, so nothing depends on whether this arrives.
        response
            .headers_mut()
            .append(header::SET_COOKIE, HeaderValue::from_static("coder_notice=; Path=/; Max-Age=0"));
    }
    let nonce = response.extensions_mut().remove::<StyleNonce>();
    guard(response.headers_mut(), nonce.as_ref());
    response
}

/// Nothing inline, nothing from elsewhere, nobody's frame, no copy kept.
fn guard(headers: &mut HeaderMap, nonce: Option<&StyleNonce>) {
    const GUARDS: [(HeaderName, &str); 5] = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
    ];
    for (name, value) in GUARDS {
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

/// The page that says what went wrong. A script shows the same in the page that is there.
fn error_page(visit: &Visit, failure: &HttpError) -> Response {
    let body = failure.body();
    let page = ErrorPage {
        frame: visit.frame(),
        status: failure.status().as_u16(),
        message: &body.message,
        detail: &body.detail,
        request_id: request_id::current().map(|id| id.to_string()).unwrap_or_default(),
    };
    let mut response =
        answer::page(&page).unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response());
    *response.status_mut() = failure.status();
    let said = [body.message.as_str(), body.detail.as_str()].join(" ");
    let said: String = said.trim().chars().filter(|character| matches!(character, ' '..='~')).collect();
    if let Ok(said) = HeaderValue::from_str(&said) {
        response.headers_mut().insert("Coder-Message", said);
    }
    response
}

/// Text out of a cookie.
pub fn unescape(text: &str) -> String {
    url::form_urlencoded::parse(format!("t={text}").as_bytes())
        .next()
        .map(|(_, text)| text.into_owned())
        .unwrap_or_default()
}
