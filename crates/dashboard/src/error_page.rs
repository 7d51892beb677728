//! The page for a failed request.

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use coder_http::{HttpError, request_id};

use crate::{filters, layout::Layout, page_context::PageContext, response};

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'e> {
    layout: Layout,
    status: u16,
    message: &'e str,
    detail: &'e str,
    request_id: String,
}

/// The page for a failed request. For scripts the message is also in the header `Coder-Message`.
pub fn error_page(context: &PageContext, error: &HttpError) -> Response {
    let body = error.body();
    let page = ErrorPage {
        layout: context.layout(),
        status: error.status().as_u16(),
        message: &body.message,
        detail: &body.detail,
        request_id: request_id::current().map(|id| id.to_string()).unwrap_or_default(),
    };
    let mut response =
        response::page(&page).unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response());
    *response.status_mut() = error.status();
    let text = [body.message.as_str(), body.detail.as_str()].join(" ");
    let ascii: String = text.trim().chars().filter(|character| matches!(character, ' '..='~')).collect();
    if let Ok(value) = HeaderValue::from_str(&ascii) {
        response.headers_mut().insert("Coder-Message", value);
    }
    response
}
