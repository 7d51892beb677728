//! The authenticated caller of a request.

use std::sync::Arc;

use axum::{
    extract::{FromRef, FromRequestParts},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use coder_control::{Caller, Control};
use coder_wire::{TOKEN_COOKIE, TOKEN_HEADER};

use super::{is_navigation, is_same_origin, is_state_changing, request_info};
use crate::{HttpError, cookies::cookie};

/// The user of a valid token in a header or cookie. With a cookie, state-changing requests must be same-origin. Tokens in URLs
/// are not accepted: URLs end up in logs and browser histories.
pub struct Authenticated(pub Caller);

impl<S> FromRequestParts<S> for Authenticated
where
    S: Send + Sync,
    Arc<Control>: FromRef<S>,
{
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, HttpError> {
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
        Ok(Self(Arc::<Control>::from_ref(state).authenticate(token, request_info(parts)).await?))
    }
}

/// As [`Authenticated`], but a browser without a session is redirected to log-in, and back afterwards.
pub struct AuthenticatedOrRedirect(pub Caller);

impl<S> FromRequestParts<S> for AuthenticatedOrRedirect
where
    S: Send + Sync,
    Arc<Control>: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        match Authenticated::from_request_parts(parts, state).await {
            Ok(Authenticated(caller)) => Ok(Self(caller)),
            Err(error) if error.status() == StatusCode::UNAUTHORIZED && is_navigation(parts) => {
                let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
                Err((StatusCode::SEE_OTHER, [(header::LOCATION, login_url(path))]).into_response())
            }
            Err(error) => Err(error.into_response()),
        }
    }
}

/// The URL of the log-in page, which redirects to `to` after log-in.
pub fn login_url(to: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("redirect", to).finish();
    format!("/login?{query}")
}

/// The token in a header.
pub fn header_token(headers: &HeaderMap) -> Option<&str> {
    let own = headers.get(TOKEN_HEADER).and_then(|value| value.to_str().ok());
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    own.or_else(|| bearer.and_then(|value| value.strip_prefix("Bearer ")))
}

fn cookie_token(headers: &HeaderMap) -> Option<&str> {
    cookie(headers, TOKEN_COOKIE)
}
