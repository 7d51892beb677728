//! A message for the next page, in a cookie. It is shown once.

use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};
use coder_http::{HttpError, cookies::cookie};
use cookie::time::Duration;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::DashboardState;

const COOKIE: &str = "coder_notice";

/// Sets the notice of the next page.
pub fn with_notice(state: &DashboardState, mut response: Response, text: &str) -> Result<Response, HttpError> {
    let cookie = state.cookies.strict(COOKIE, &escape(text), Some(Duration::minutes(1)))?;
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

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

fn escape(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

fn unescape(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::{escape, unescape};

    #[test]
    fn text_comes_out_of_a_cookie_as_it_went_in() {
        for text in ["Secret \"a b\" added.", "50% + a&b=c; d, e\\f", "%41", "grün 👋\n"] {
            let escaped = escape(text);
            assert!(escaped.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'%'), "{escaped}");
            assert_eq!(unescape(&escaped), text);
        }
        for (text, read) in [("100%", "100%"), ("%zz%4", "%zz%4"), ("%ff", "\u{fffd}"), ("a+b&c", "a+b&c")] {
            assert_eq!(unescape(text), read);
        }
    }
}
