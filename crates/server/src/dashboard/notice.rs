//! A message for the next page, in a cookie that is shown once.

use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};

use crate::{
    AppState,
    cookies::{cookie, strict_cookie},
    error::HttpError,
};

const COOKIE: &str = "coder_notice";

/// Adds `text` as the notice of the next page. Empty text adds nothing.
pub fn with_notice(state: &AppState, mut response: Response, text: &str) -> Result<Response, HttpError> {
    if !text.is_empty() {
        let text: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
        let cookie = strict_cookie(state, COOKIE, &text, "; Max-Age=60")?;
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Whether a request carries a notice.
pub fn is_set(headers: &HeaderMap) -> bool {
    cookie(headers, COOKIE).is_some()
}

/// The notice of a request; empty when there is none.
pub fn read(headers: &HeaderMap) -> String {
    cookie(headers, COOKIE).map(unescape).unwrap_or_default()
}

/// Clears a notice that was shown.
pub fn clear(headers: &mut HeaderMap) {
    headers.append(header::SET_COOKIE, HeaderValue::from_static("coder_notice=; Path=/; Max-Age=0"));
}

fn unescape(text: &str) -> String {
    url::form_urlencoded::parse(format!("t={text}").as_bytes())
        .next()
        .map(|(_, text)| text.into_owned())
        .unwrap_or_default()
}
