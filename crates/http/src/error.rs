//! The one place where errors become status codes and bodies. Internal details go to the log only.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use coder_control::Error as ControlError;
use coder_wire::ApiError;

use crate::{extract::Json, request_id};

/// A rejected or failed request: status code and error body.
#[derive(Debug, Clone)]
pub struct HttpError {
    status: StatusCode,
    body: ApiError,
}

/// What a handler returns.
pub type Result<T, E = HttpError> = std::result::Result<T, E>;

impl HttpError {
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, body: ApiError { message: message.into(), ..ApiError::default() } }
    }

    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.body.detail = detail.into();
        self
    }

    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    #[must_use]
    pub fn body(&self) -> &ApiError {
        &self.body
    }

    fn with_fields(mut self, field_errors: Vec<coder_model::FieldError>) -> Self {
        self.body.validations = field_errors.into_iter().map(Into::into).collect();
        self
    }

    /// The resource does not exist, or the caller may not know that it does.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "Resource not found or you do not have access to this resource")
    }

    /// An internal error: described in the log, without details in the response.
    pub fn internal(description: impl std::fmt::Display) -> Self {
        tracing::error!(error = %description, "request failed");
        let error = Self::new(StatusCode::INTERNAL_SERVER_ERROR, "An internal server error occurred.");
        match request_id::current() {
            Some(id) => error.with_detail(format!("The server's log says more under request id {id}.")),
            None => error,
        }
    }
}

impl From<ControlError> for HttpError {
    fn from(error: ControlError) -> Self {
        match error {
            ControlError::Invalid { message, detail, field_errors } => {
                Self::new(StatusCode::BAD_REQUEST, message).with_detail(detail).with_fields(field_errors)
            }
            ControlError::Conflict { message, detail, field_errors } => {
                Self::new(StatusCode::CONFLICT, message).with_detail(detail).with_fields(field_errors)
            }
            ControlError::NotFound => Self::not_found(),
            ControlError::Gone { message } => Self::new(StatusCode::GONE, message),
            ControlError::Forbidden => Self::new(StatusCode::FORBIDDEN, "Forbidden.").with_detail(
                "You don't have permission to view this content. If you believe this is a mistake, please contact \
                 your administrator or try signing in with different credentials.",
            ),
            ControlError::Unauthenticated { message, detail } => {
                Self::new(StatusCode::UNAUTHORIZED, message).with_detail(detail)
            }
            ControlError::Busy { message } => Self::new(StatusCode::SERVICE_UNAVAILABLE, message),
            ControlError::Internal(_) | ControlError::Store(_) => Self::internal(error),
        }
    }
}

impl IntoResponse for HttpError {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        let headers = response.headers_mut();
        match self.status {
            StatusCode::UNAUTHORIZED => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"coder\""));
            }
            // In seconds.
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
            }
            // The rest of the body is not read, so the connection cannot be used again. The client has to know, or its next
            // request would fail.
            StatusCode::PAYLOAD_TOO_LARGE => {
                headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            _ => {}
        }
        response
    }
}
