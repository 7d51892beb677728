//! The CSRF token of forms. It is derived from a cookie: of the session or, before log-in, of the visitor.

use axum::http::{HeaderMap, HeaderValue, StatusCode};
use coder_control::{csrf_token, verify_csrf_token};
use coder_http::{HttpError, Result, cookies::cookie, extract::is_same_origin};
use coder_wire::TOKEN_COOKIE;

use crate::{DashboardState, response::PageError};

/// The form field with the token.
pub const FIELD: &str = "csrf_token";
/// The cookie of visitors without a session.
const VISITOR_COOKIE: &str = "coder_visitor";

/// The token for the forms of a page; empty for a visitor without any cookie.
pub fn token(headers: &HeaderMap) -> String {
    csrf_cookie(headers).map(csrf_token).unwrap_or_default()
}

/// A new visitor cookie, and the token for its forms.
pub fn new_visitor(state: &DashboardState) -> Result<(HeaderValue, String)> {
    let value = format!("{:032x}", rand::random::<u128>());
    Ok((state.cookies.strict(VISITOR_COOKIE, &value, None)?, csrf_token(&value)))
}

/// Checks same-origin and the CSRF token. A page that is older than the current session has another token.
pub fn check(headers: &HeaderMap, token: &str) -> Result<(), PageError> {
    if !is_same_origin(headers) {
        return Err(HttpError::new(StatusCode::FORBIDDEN, "The request comes from another site.").into());
    }
    if csrf_cookie(headers).is_some_and(|cookie| verify_csrf_token(cookie, token)) {
        return Ok(());
    }
    Err(HttpError::new(StatusCode::FORBIDDEN, "This page is out of date.")
        .with_detail("You signed in or out since it was loaded. Reload it, then send the form again.")
        .into())
}

fn csrf_cookie(headers: &HeaderMap) -> Option<&str> {
    cookie(headers, TOKEN_COOKIE).or_else(|| cookie(headers, VISITOR_COOKIE))
}
