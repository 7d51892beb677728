//! Errors of API calls.

use coder_wire::ApiError;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server responded with an error.
    #[error("{}", .error.message)]
    Api { status: u16, error: ApiError },
    #[error("cannot reach {url}: {reason}")]
    Unreachable { url: String, reason: String },
    /// The response is not one of a Coder server.
    #[error("{url} does not respond like a coder server: {reason}")]
    Unexpected { url: String, reason: String },
}

impl Error {
    /// The HTTP status of an error response.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Api { status, .. } => Some(*status),
            _ => None,
        }
    }
}
