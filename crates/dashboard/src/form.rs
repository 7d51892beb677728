//! Forms of the dashboard's own pages.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::StatusCode,
};
use coder_http::HttpError;
use serde::de::DeserializeOwned;
use url::form_urlencoded;
use zeroize::Zeroize;

use crate::{DashboardState, csrf, response::PageError};

/// The fields of a form, after same-origin and the CSRF token were checked.
pub struct Form<T>(pub T);

impl<T: DeserializeOwned> FromRequest<DashboardState> for Form<T> {
    type Rejection = PageError;

    async fn from_request(request: Request, state: &DashboardState) -> Result<Self, PageError> {
        let headers = request.headers().clone();
        let body = Bytes::from_request(request, state).await.map_err(|rejection| {
            HttpError::new(rejection.status(), "The form is too large or was sent too slowly.")
                .with_detail("Shorten it, or send it again.")
        })?;
        let token = form_urlencoded::parse(&body).find(|(name, _)| name == csrf::FIELD).map(|(_, token)| token);
        let checked = csrf::check(&headers, token.as_deref().unwrap_or_default());
        let parsed = serde_html_form::from_bytes(&body);
        // The body may contain a secret: wipe it, unless its buffer is shared.
        if let Ok(mut buffer) = body.try_into_mut() {
            buffer.as_mut().zeroize();
        }
        checked?;
        // The parser's error may quote a value.
        parsed.map(Self).map_err(|_: serde_html_form::de::Error| {
            HttpError::new(StatusCode::BAD_REQUEST, "The form is incomplete.")
                .with_detail("Reload the page and try again.")
                .into()
        })
    }
}

/// A form without fields of its own.
#[derive(serde::Deserialize)]
pub struct Empty {}
