//! Cookies, as they are set and read.

use axum::http::{HeaderMap, HeaderValue, header};
use coder_wire::TOKEN_COOKIE;
use cookie::{Cookie, CookieBuilder, SameSite, time::Duration};
use zeroize::Zeroizing;

use crate::{
    AppState,
    error::{HttpError, Result},
};

/// The cookie of a session: for requests that come from our own pages, and from links to them.
pub fn session_cookie(state: &AppState, token: &str) -> Result<HeaderValue> {
    set(state, Cookie::build((TOKEN_COOKIE, token)).same_site(SameSite::Lax))
}

/// What takes that cookie away.
pub fn clear_session_cookie(state: &AppState) -> Result<HeaderValue> {
    lax_cookie(state, TOKEN_COOKIE, "", Duration::ZERO)
}

/// A cookie that no script can read, sent with links from other sites too.
pub fn lax_cookie(state: &AppState, name: &str, value: &str, max_age: Duration) -> Result<HeaderValue> {
    set(state, Cookie::build((name, value)).same_site(SameSite::Lax).max_age(max_age))
}

/// A cookie that no script can read, never sent with a request from another site. Without `max_age` it lasts until the
/// browser is closed.
pub fn strict_cookie(
    state: &AppState,
    name: &str,
    value: &str,
    max_age: Option<Duration>,
) -> Result<HeaderValue> {
    let cookie = Cookie::build((name, value)).same_site(SameSite::Strict);
    set(state, if let Some(max_age) = max_age { cookie.max_age(max_age) } else { cookie })
}

fn set(state: &AppState, cookie: CookieBuilder<'_>) -> Result<HeaderValue> {
    let cookie = cookie.path("/").http_only(true).secure(state.access_url.scheme() == "https");
    let text = Zeroizing::new(cookie.build().to_string());
    let mut value = HeaderValue::from_str(&text).map_err(HttpError::internal)?;
    value.set_sensitive(true);
    Ok(value)
}

/// The value of a cookie that was sent.
pub fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let sent = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut cookies = sent.flat_map(Cookie::split_parse).flatten();
    cookies.find(|cookie| cookie.name() == name)?.value_raw()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_whatever_is_sent() {
        for (sent, found) in [
            (&["a=1; name=x; b=2"][..], Some("x")),
            (&["a=1", "name=x"], Some("x")),
            (&["name=x;name=y"], Some("x")),
            (&["  name = x \t"], Some("x")),
            (&["name=x=y=="], Some("x=y==")),
            (&["name=\"x y\""], Some("\"x y\"")),
            (&["name=%41+b"], Some("%41+b")),
            (&["name="], Some("")),
            (&["a; =b; ;; name=x"], Some("x")),
            (&["a=\"; name=x; b=\""], Some("x")),
            (&["$Version=1; name=x; $Path=/"], Some("x")),
            (&["a=b, name=x"], None),
            (&["Name=x; name2=x; the name=x"], None),
            (&["name"], None),
            (&[""], None),
            (&[], None),
        ] {
            let mut headers = HeaderMap::new();
            for value in sent {
                headers.append(header::COOKIE, HeaderValue::from_str(value).unwrap());
            }
            assert_eq!(cookie(&headers, "name"), found, "{sent:?}");
        }
    }
}
