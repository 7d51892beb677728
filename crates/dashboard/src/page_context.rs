//! How a page is viewed.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};
use url::Url;

use crate::{
    csrf,
    layout::{Layout, Section},
    notice,
    theme::Theme,
};

/// htmx sends it with every request.
const HX_REQUEST: &str = "hx-request";
/// htmx sends it with the URL of the page that the request comes from.
const HX_CURRENT_URL: &str = "hx-current-url";

/// How a page is viewed, as the request says: theme, notice, CSRF token, whole page or part.
#[derive(Debug, Clone)]
pub struct PageContext {
    pub theme: Theme,
    /// The message of the change before; shown once, may be empty.
    pub notice: String,
    /// For every form of the page; empty for a visitor without any cookie.
    pub csrf_token: String,
    /// Whether htmx asks, to show the response within the current page.
    pub is_partial: bool,
    /// The path of the page that htmx asks from; empty if unknown.
    pub current_path: String,
}

impl PageContext {
    pub(super) fn new(headers: &HeaderMap) -> Self {
        Self {
            theme: Theme::of(headers),
            notice: notice::read(headers),
            csrf_token: csrf::token(headers),
            is_partial: headers.contains_key(HX_REQUEST),
            current_path: current_url(headers).map(|url| url.path().to_owned()).unwrap_or_default(),
        }
    }

    /// The layout of a page without a session.
    pub fn layout(&self) -> Layout {
        Layout::new(self, None, Section::None)
    }
}

/// The URL of the page that htmx asks from.
pub fn current_url(headers: &HeaderMap) -> Option<Url> {
    Url::parse(headers.get(HX_CURRENT_URL)?.to_str().ok()?).ok()
}

impl<S: Sync> FromRequestParts<S> for PageContext {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::new(&parts.headers))
    }
}
