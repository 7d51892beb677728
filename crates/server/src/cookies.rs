//! Cookies, as they are set.

use axum::http::{HeaderMap, HeaderValue, header};
use coder_wire::TOKEN_COOKIE;
use zeroize::Zeroizing;

use crate::{
    AppState,
    error::{HttpError, Result},
};

/// The cookie of a session: for requests that come from our own pages, and from links to them.
pub fn session_cookie(state: &AppState, token: &str) -> Result<HeaderValue> {
    set(state, TOKEN_COOKIE, token, "; SameSite=Lax")
}

/// What takes that cookie away.
pub fn clear_session_cookie(state: &AppState) -> Result<HeaderValue> {
    set(state, TOKEN_COOKIE, "", "; SameSite=Lax; Max-Age=0")
}

/// A cookie that no script can read and no other site can have sent, for as long as `more` says.
pub fn strict_cookie(state: &AppState, name: &str, value: &str, more: &str) -> Result<HeaderValue> {
    set(state, name, value, &format!("; SameSite=Strict{more}"))
}

fn set(state: &AppState, name: &str, value: &str, more: &str) -> Result<HeaderValue> {
    let secure = if state.access_url.scheme() == "https" { "; Secure" } else { "" };
    let text = Zeroizing::new(format!("{name}={value}; Path=/; HttpOnly{secure}{more}"));
    let mut value = HeaderValue::from_str(&text).map_err(HttpError::internal)?;
    value.set_sensitive(true);
    Ok(value)
}

/// The value of a cookie that was sent.
pub fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value)
}
