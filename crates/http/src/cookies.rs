//! Building and reading cookies.

use axum::http::{HeaderMap, HeaderValue, header};
use coder_wire::TOKEN_COOKIE;
use cookie::{Cookie, CookieBuilder, SameSite, time::Duration};
use url::Url;
use zeroize::Zeroizing;

use crate::{HttpError, Result};

/// Builds `Set-Cookie` headers. All cookies are `HttpOnly` with `Path=/`, and `Secure` where the server is reached over
/// HTTPS.
#[derive(Debug, Clone, Copy)]
pub struct CookiePolicy {
    secure: bool,
}

impl CookiePolicy {
    #[must_use]
    pub fn new(access_url: &Url) -> Self {
        Self { secure: access_url.scheme() == "https" }
    }

    /// The session cookie, which browsers also send when a link of another site is followed.
    pub fn session(self, token: &str) -> Result<HeaderValue> {
        self.build(Cookie::build((TOKEN_COOKIE, token)).same_site(SameSite::Lax))
    }

    /// Deletes the session cookie.
    pub fn clear_session(self) -> Result<HeaderValue> {
        self.lax(TOKEN_COOKIE, "", Duration::ZERO)
    }

    /// A cookie that browsers also send when a link of another site is followed.
    pub fn lax(self, name: &str, value: &str, max_age: Duration) -> Result<HeaderValue> {
        self.build(Cookie::build((name, value)).same_site(SameSite::Lax).max_age(max_age))
    }

    /// A cookie that browsers never send with requests of other sites. Without `max_age` it lasts until the browser closes.
    pub fn strict(self, name: &str, value: &str, max_age: Option<Duration>) -> Result<HeaderValue> {
        let cookie = Cookie::build((name, value)).same_site(SameSite::Strict);
        self.build(if let Some(max_age) = max_age { cookie.max_age(max_age) } else { cookie })
    }

    fn build(self, cookie: CookieBuilder<'_>) -> Result<HeaderValue> {
        let cookie = cookie.path("/").http_only(true).secure(self.secure);
        let text = Zeroizing::new(cookie.build().to_string());
        let mut value = HeaderValue::from_str(&text).map_err(HttpError::internal)?;
        value.set_sensitive(true);
        Ok(value)
    }
}

/// The value of a cookie of a request.
pub fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let sent = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut cookies = sent.flat_map(Cookie::split_parse).flatten();
    cookies.find(|cookie| cookie.name() == name)?.value_raw()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_in_any_header() {
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
