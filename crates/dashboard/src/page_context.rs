//! Who looks at a page, and how.

use coder_http::cookies::cookie;
use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};
use coder_control::csrf_token;
use coder_wire::TOKEN_COOKIE;
use url::Url;

use crate::{
    layout::{Layout, Section},
    notice,
    theme::Theme,
};

/// The cookie that binds the forms of visitors who are not signed in.
pub const VISITOR_COOKIE: &str = "coder_visitor";
/// Tells that a script asks, for a part of a page.
const PARTIAL: &str = "hx-request";

/// A look at a page.
#[derive(Debug, Clone)]
pub struct PageContext {
    /// Light or dark.
    pub theme: Theme,
    /// What was done just before, to be said once.
    pub notice: String,
    /// Goes into every form of the page; empty for a visitor without any cookie yet.
    pub csrf_token: String,
    /// Whether a script asks, to show the answer within the page that is there.
    pub is_partial: bool,
    /// Where the page is that a script asks from; empty when it does not say.
    pub shown_at: String,
}

impl PageContext {
    pub(super) fn new(headers: &HeaderMap) -> Self {
        Self {
            theme: Theme::of(headers),
            notice: notice::read(headers),
            csrf_token: csrf_cookie(headers).map(csrf_token).unwrap_or_default(),
            is_partial: headers.contains_key(PARTIAL),
            shown_at: shown_at(headers),
        }
    }

    /// The layout of a page for somebody who is not signed in.
    pub fn layout(&self) -> Layout {
        Layout::new(self, None, Section::None)
    }
}

fn shown_at(headers: &HeaderMap) -> String {
    let url = headers.get("hx-current-url").and_then(|url| url.to_str().ok());
    url.and_then(|url| Url::parse(url).ok()).map(|url| url.path().to_owned()).unwrap_or_default()
}

/// The cookie that a visitor's forms are bound to.
pub fn csrf_cookie(headers: &HeaderMap) -> Option<&str> {
    cookie(headers, TOKEN_COOKIE).or_else(|| cookie(headers, VISITOR_COOKIE))
}

impl<S: Sync> FromRequestParts<S> for PageContext {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::new(&parts.headers))
    }
}
