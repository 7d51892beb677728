//! What handlers answer with.

use askama::Template;
use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use coder_http::{HttpError, extract::login_url};

use crate::DashboardState;
use crate::{notice::with_notice, page_context::PageContext};

/// What a handler of a page answers.
pub type PageResult = Result<Response, PageError>;

/// Why there is no page.
#[derive(Debug)]
pub enum PageError {
    /// The visitor is not signed in, or not any more.
    SignIn {
        /// Where they come back to; none where a script asks, for a part of a page.
        back_to: Option<String>,
    },
    /// Something else. It becomes a page on the way out, where it is known how the visitor looks at it.
    Failed(HttpError),
}

impl<E: Into<HttpError>> From<E> for PageError {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        match self {
            // A browser would follow a redirect without telling the script, which would show the form within the page.
            Self::SignIn { back_to: None } => {
                (StatusCode::UNAUTHORIZED, [("HX-Redirect", "/login")]).into_response()
            }
            Self::SignIn { back_to: Some(back_to) } if back_to == "/" => redirect("/login"),
            Self::SignIn { back_to: Some(back_to) } => redirect(&login_url(&back_to)),
            Self::Failed(failure) => {
                let mut response = failure.status().into_response();
                response.extensions_mut().insert(failure);
                response
            }
        }
    }
}

/// A whole page.
pub fn page(page: &impl Template) -> PageResult {
    html(StatusCode::OK, page)
}

/// A page that was sent a form it does not take; it says why.
pub fn unprocessable(page: &impl Template) -> PageResult {
    html(StatusCode::UNPROCESSABLE_ENTITY, page)
}

/// A page that may open as a dialog: all of it, or only the dialog's content if a script asks.
pub fn dialog(
    context: &PageContext,
    status: StatusCode,
    page: &impl Template,
    content: &impl Template,
) -> PageResult {
    if context.is_partial { html(status, content) } else { html(status, page) }
}

fn html(status: StatusCode, page: &impl Template) -> PageResult {
    let text = page.render().map_err(HttpError::internal)?;
    let mut response = (status, Body::from(text)).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    Ok(response)
}

/// Redirects to a page after a change, and shows `notice` there.
pub fn redirect_with_notice(
    state: &DashboardState,
    context: &PageContext,
    to: &str,
    notice: &str,
) -> PageResult {
    Ok(with_notice(state, redirect_to(context, to)?, notice)?)
}

/// Redirects: a plain redirect, or what htmx follows.
fn redirect_to(context: &PageContext, to: &str) -> PageResult {
    Ok(match context.is_partial {
        true if is_shown(context, to) => part_of(to)?,
        true => (StatusCode::NO_CONTENT, [("HX-Redirect", header_of(to)?)]).into_response(),
        false => redirect(to),
    })
}

/// A plain redirect, to be followed with GET.
pub fn redirect(to: &str) -> Response {
    match HeaderValue::from_str(to) {
        Ok(to) => (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response(),
        Err(_) => PageError::from(HttpError::not_found()).into_response(),
    }
}

/// Has a script put the page's main part in the place of the one that is shown.
fn part_of(to: &str) -> PageResult {
    let place = serde_json::json!({"path": to, "target": "#main", "select": "#main", "swap": "outerHTML"});
    Ok((StatusCode::NO_CONTENT, [("HX-Location", header_of(&place.to_string())?)]).into_response())
}

/// Whether this is the page that is there: another one is gone to, so that the address and the title are its own.
fn is_shown(context: &PageContext, to: &str) -> bool {
    let path = to.split(['?', '#']).next().unwrap_or_default();
    context.shown_at.is_empty() || context.shown_at == path
}

fn header_of(text: &str) -> Result<HeaderValue, HttpError> {
    HeaderValue::from_str(text).map_err(HttpError::internal)
}
