//! Forms of our own pages, and of nobody else's.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, StatusCode},
};
use coder_control::verify_csrf_token;
use coder_http::{HttpError, extract::is_same_origin};
use serde::de::DeserializeOwned;
use url::form_urlencoded;
use zeroize::Zeroize;

use crate::DashboardState;
use crate::{page_context::csrf_cookie, response::PageError};

/// The name of the field that carries the token.
pub const TOKEN_FIELD: &str = "csrf_token";

/// The fields of a form that one of our pages showed to this visitor.
pub struct Form<T>(pub T);

impl<T: DeserializeOwned> FromRequest<DashboardState> for Form<T> {
    type Rejection = PageError;

    async fn from_request(request: Request, state: &DashboardState) -> Result<Self, PageError> {
        let headers = request.headers().clone();
        let body = Bytes::from_request(request, state).await.map_err(|rejection| {
            HttpError::new(rejection.status(), "The form is too large or was sent too slowly.")
                .with_detail("Shorten it, or send it again.")
        })?;
        let token = form_urlencoded::parse(&body).find(|(name, _)| name == TOKEN_FIELD).map(|(_, token)| token);
        let checked = check(&headers, token.as_deref().unwrap_or_default());
        let parsed = serde_html_form::from_bytes(&body);
        // A secret may have been in it. Where nothing else holds the buffer, it is wiped before it is freed.
        if let Ok(mut buffer) = body.try_into_mut() {
            buffer.as_mut().zeroize();
        }
        checked?;
        // What was found is not repeated: it can be a value.
        parsed.map(Self).map_err(|_: serde_html_form::de::Error| {
            HttpError::new(StatusCode::BAD_REQUEST, "The form is incomplete.")
                .with_detail("Reload the page and try again.")
                .into()
        })
    }
}

/// Whether a form comes from a page of ours that was shown to who sends it.
///
/// # Errors
/// A refusal when another site sent it, or the page is older than the visitor's session.
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

/// A form without fields of its own.
#[derive(serde::Deserialize)]
pub struct Empty {}
