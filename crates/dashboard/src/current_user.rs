//! The authenticated user of a page.

use axum::{extract::FromRequestParts, http::request::Parts};
use coder_control::{Caller, Error as ControlError};
use coder_http::{HttpError, cookies::cookie, extract::request_info};
use coder_wire::TOKEN_COOKIE;

use crate::DashboardState;
use crate::{
    layout::{Layout, Section},
    page_context::PageContext,
    response::PageError,
};

/// The authenticated user of a page. Without a session the request is redirected to log-in, and back afterwards.
pub struct CurrentUser {
    pub caller: Caller,
    pub context: PageContext,
}

impl CurrentUser {
    pub fn layout(&self, section: Section) -> Layout {
        Layout::new(&self.context, Some(&self.caller), section)
    }
}

impl FromRequestParts<DashboardState> for CurrentUser {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &DashboardState) -> Result<Self, PageError> {
        let context = PageContext::new(&parts.headers);
        let token = cookie(&parts.headers, TOKEN_COOKIE);
        match state.control.authenticate(token, request_info(parts)).await {
            Ok(caller) => Ok(Self { caller, context }),
            Err(ControlError::Unauthenticated { .. }) => {
                let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
                Err(PageError::LoginRequired { return_to: (!context.is_partial).then(|| path.to_owned()) })
            }
            Err(error) => Err(HttpError::from(error).into()),
        }
    }
}
