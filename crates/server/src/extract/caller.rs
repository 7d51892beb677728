//! Who is asking.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use coder_control::Caller;
use coder_wire::{TOKEN_COOKIE, TOKEN_HEADER};

use super::request_info::request_info;
use crate::{AppState, cookies::cookie, error::HttpError};

/// Whoever showed a valid token: in a header, or in a cookie where the request comes from our own pages. Never in a
/// URL, which ends up in logs and histories.
pub struct Authenticated(pub Caller);

impl FromRequestParts<AppState> for Authenticated {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, HttpError> {
        let token = match (header_token(&parts.headers), cookie_token(&parts.headers)) {
            (Some(token), _) => Some(token),
            (None, Some(token)) => {
                if is_state_changing(parts) && !is_same_origin(&parts.headers) {
                    return Err(HttpError::new(StatusCode::FORBIDDEN, "The request comes from another site."));
                }
                Some(token)
            }
            (None, None) => None,
        };
        Ok(Self(state.control.authenticate(token, request_info(parts)).await?))
    }
}

/// Whoever is signed in, where browsers come by as well: one that is not signed in is sent to do so, and comes back.
pub struct AuthenticatedOrRedirect(pub Caller);

impl FromRequestParts<AppState> for AuthenticatedOrRedirect {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        match Authenticated::from_request_parts(parts, state).await {
            Ok(Authenticated(caller)) => Ok(Self(caller)),
            Err(failure) if failure.status() == StatusCode::UNAUTHORIZED && is_navigation(parts) => {
                let asked = parts.uri.path_and_query().map_or("/", |asked| asked.as_str());
                Err((StatusCode::SEE_OTHER, [(header::LOCATION, login_url(asked))]).into_response())
            }
            Err(failure) => Err(failure.into_response()),
        }
    }
}

/// A browser that goes somewhere, and can be sent elsewhere.
pub fn is_navigation(parts: &Parts) -> bool {
    let accepted = parts.headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    parts.method == Method::GET
        && !parts.headers.contains_key(header::UPGRADE)
        && accepted.contains("text/html")
}

/// Where to log in, for whoever goes on to `to` then.
pub fn login_url(to: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("redirect", to).finish();
    format!("/login?{query}")
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
pub fn is_state_changing(parts: &Parts) -> bool {
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
