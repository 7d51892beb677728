//! Who is asking.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, Method, StatusCode, header, request::Parts},
};
use coder_control::Caller;
use coder_wire::{TOKEN_COOKIE, TOKEN_HEADER};

use super::origin::origin;
use crate::{State, cookies::cookie, error::Failure};

/// Whoever showed a valid token: in a header, or in a cookie where the request comes from our own pages. Never in a
/// URL, which ends up in logs and histories.
pub struct SignedIn(pub Caller);

impl FromRequestParts<State> for SignedIn {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Failure> {
        let token = match (header_token(&parts.headers), cookie_token(&parts.headers)) {
            (Some(token), _) => Some(token),
            (None, Some(token)) => {
                if changes_something(parts) && !is_same_origin(&parts.headers) {
                    return Err(Failure::new(StatusCode::FORBIDDEN, "The request comes from another site."));
                }
                Some(token)
            }
            (None, None) => None,
        };
        Ok(Self(state.control.authenticate(token, origin(parts)).await?))
    }
}

/// The token that a program shows.
pub fn header_token(headers: &HeaderMap) -> Option<&str> {
    let own = headers.get(TOKEN_HEADER).and_then(|value| value.to_str().ok());
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    own.or_else(|| bearer.and_then(|value| value.strip_prefix("Bearer ")))
}

fn cookie_token(headers: &HeaderMap) -> Option<&str> {
    cookie(headers, TOKEN_COOKIE)
}

/// A browser sends cookies with every request that any page makes it send.
pub fn changes_something(parts: &Parts) -> bool {
    !matches!(parts.method, Method::GET | Method::HEAD) || parts.headers.contains_key(header::UPGRADE)
}

/// What the browser says of the page that made the request; without its word, no.
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
