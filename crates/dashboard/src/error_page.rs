//! The page for a failed request.

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use coder_http::HttpError;

use crate::{filters, layout::Layout, page_context::PageContext, response};
use coder_http::request_id;

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'f> {
    layout: Layout,
    status: u16,
    message: &'f str,
    detail: &'f str,
    request_id: String,
}

/// The page for a failed request. For scripts the message is also in the header `Coder-Message`.
pub fn error_page(context: &PageContext, failure: &HttpError) -> Response {
    let body = failure.body();
    let page = ErrorPage {
        layout: context.layout(),
        status: failure.status().as_u16(),
        message: &body.message,
        detail: &body.detail,
        request_id: request_id::current().map(|id| id.to_string()).unwrap_or_default(),
    };
    let mut response =
        response::page(&page).unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response());
    *response.status_mut() = failure.status();
    let text = [body.message.as_str(), body.detail.as_str()].join(" ");
    let text: String = text.trim().chars().filter(|character| matches!(character, ' '..='~')).collect();
    if let Ok(text) = HeaderValue::from_str(&text) {
        response.headers_mut().insert("Coder-Message", text);
    }
    response
}
