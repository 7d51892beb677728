//! Who looks at a page, and how.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};
use coder_control::{Caller, Error as ControlError, csrf_token};
use coder_wire::TOKEN_COOKIE;
use url::Url;

use super::{
    answer::Refusal,
    dress::{NOTICE_COOKIE, unescape},
    frame::{Frame, Section},
    theme::Theme,
};
use crate::{AppState, cookies::cookie, error::HttpError, extract::request_info};

/// The cookie that binds the forms of visitors who are not signed in.
pub const VISITOR_COOKIE: &str = "coder_visitor";
/// Tells that a script asks, for a part of a page.
const PARTIAL: &str = "hx-request";

/// A look at a page.
#[derive(Debug, Clone)]
pub struct Visit {
    /// Light or dark.
    pub theme: Theme,
    /// What was done just before, to be said once.
    pub notice: String,
    /// Goes into every form of the page; empty for a visitor without any cookie yet.
    pub form_token: String,
    /// Whether a script asks, to show the answer within the page that is there.
    pub is_partial: bool,
    /// Where the page is that a script asks from; empty when it does not say.
    pub shown_at: String,
}

impl Visit {
    fn new(headers: &HeaderMap) -> Self {
        Self {
            theme: Theme::of(headers),
            notice: cookie(headers, NOTICE_COOKIE).map(unescape).unwrap_or_default(),
            form_token: form_cookie(headers).map(csrf_token).unwrap_or_default(),
            is_partial: headers.contains_key(PARTIAL),
            shown_at: shown_at(headers),
        }
    }

    /// The frame of a page for somebody who is not signed in.
    pub fn frame(&self) -> Frame {
        Frame::new(self, None, Section::None)
    }
}

fn shown_at(headers: &HeaderMap) -> String {
    let url = headers.get("hx-current-url").and_then(|url| url.to_str().ok());
    url.and_then(|url| Url::parse(url).ok()).map(|url| url.path().to_owned()).unwrap_or_default()
}

/// The cookie that a visitor's forms are bound to.
pub fn form_cookie(headers: &HeaderMap) -> Option<&str> {
    cookie(headers, TOKEN_COOKIE).or_else(|| cookie(headers, VISITOR_COOKIE))
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::new(&parts.headers))
    }
}

/// Somebody who is signed in looks at a page. Whoever is not is sent to sign in, and comes back.
pub struct Member {
    /// Who.
    pub caller: Caller,
    /// How.
    pub visit: Visit,
}

impl Member {
    /// The frame of a page.
    pub fn frame(&self, section: Section) -> Frame {
        Frame::new(&self.visit, Some(&self.caller), section)
    }
}

impl FromRequestParts<AppState> for Member {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Refusal> {
        let visit = Visit::new(&parts.headers);
        let token = cookie(&parts.headers, TOKEN_COOKIE);
        match state.control.authenticate(token, request_info(parts)).await {
            Ok(caller) => Ok(Self { caller, visit }),
            Err(ControlError::Unauthenticated { .. }) => {
                let asked = parts.uri.path_and_query().map_or("/", |asked| asked.as_str());
                Err(Refusal::SignIn { back_to: (!visit.is_partial).then(|| asked.to_owned()) })
            }
            Err(error) => Err(HttpError::from(error).into()),
        }
    }
}
