//! What handlers of pages return.

use askama::Template;
use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use coder_http::{HttpError, extract::login_url};

use crate::DashboardState;
use crate::{notice::with_notice, page_context::PageContext};

/// What a handler of a page returns.
pub type PageResult = Result<Response, PageError>;

/// Why a handler returns no page.
#[derive(Debug)]
pub enum PageError {
    /// There is no valid session.
    LoginRequired {
        /// The path to return to after log-in; none for requests of htmx.
        return_to: Option<String>,
    },
    /// Anything else. The middleware `security_headers` renders it as a page.
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
            // Browsers follow a redirect without telling htmx, which would show the log-in form inside the page.
            Self::LoginRequired { return_to: None } => {
                (StatusCode::UNAUTHORIZED, [("HX-Redirect", "/login")]).into_response()
            }
            Self::LoginRequired { return_to: Some(path) } if path == "/" => redirect("/login"),
            Self::LoginRequired { return_to: Some(path) } => redirect(&login_url(&path)),
            Self::Failed(error) => {
                let mut response = error.status().into_response();
                response.extensions_mut().insert(error);
                response
            }
        }
    }
}

/// A whole page.
pub fn page(page: &impl Template) -> PageResult {
    html(StatusCode::OK, page)
}

/// A page that shows a form again, with its errors.
pub fn unprocessable(page: &impl Template) -> PageResult {
    html(StatusCode::UNPROCESSABLE_ENTITY, page)
}

/// A page that may open as a dialog: the whole page, or only the dialog's content for htmx.
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

/// Redirects after a change, and shows `notice` on the next page.
pub fn redirect_with_notice(
    state: &DashboardState,
    context: &PageContext,
    to: &str,
    notice: &str,
) -> PageResult {
    Ok(with_notice(state, redirect_to(context, to)?, notice)?)
}

/// Redirects after a change: with `Location`, or for htmx with a header that it follows. From the current page to itself,
/// htmx replaces only the main part.
pub fn redirect_to(context: &PageContext, to: &str) -> PageResult {
    Ok(match context.is_partial {
        true if is_current_page(context, to) => swap_main(to)?,
        true => (StatusCode::NO_CONTENT, [("HX-Redirect", header_value(to)?)]).into_response(),
        false => redirect(to),
    })
}

/// A 303 redirect, which browsers follow with GET.
pub fn redirect(to: &str) -> Response {
    match HeaderValue::from_str(to) {
        Ok(to) => (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response(),
        Err(_) => PageError::from(HttpError::not_found()).into_response(),
    }
}

/// Has htmx load `to` and replace the main part of the current page.
fn swap_main(to: &str) -> PageResult {
    let location = serde_json::json!({"path": to, "target": "#main", "select": "#main", "swap": "outerHTML"});
    Ok((StatusCode::NO_CONTENT, [("HX-Location", header_value(&location.to_string())?)]).into_response())
}

/// Whether `to` is the current page. Another page is loaded as a whole, so that address and title change with it.
fn is_current_page(context: &PageContext, to: &str) -> bool {
    let path = to.split(['?', '#']).next().unwrap_or_default();
    context.current_path.is_empty() || context.current_path == path
}

fn header_value(text: &str) -> Result<HeaderValue, HttpError> {
    HeaderValue::from_str(text).map_err(HttpError::internal)
}
