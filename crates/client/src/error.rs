//! What can go wrong with a call.

use coder_wire::ApiError;

/// Why a call was not answered as hoped.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server said no.
    #[error("{}", .error.message)]
    Api {
        /// The HTTP status.
        status: u16,
        /// What the server said.
        error: ApiError,
    },
    /// The server cannot be reached.
    #[error("cannot reach {url}: {reason}")]
    Unreachable {
        /// The server.
        url: String,
        /// Why.
        reason: String,
    },
    /// What answered is not the server, or not one of ours.
    #[error("{url} does not answer like a coder server: {reason}")]
    Unexpected {
        /// The server.
        url: String,
        /// What was odd.
        reason: String,
    },
}

impl Error {
    /// The HTTP status that the server answered with.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Api { status, .. } => Some(*status),
            _ => None,
        }
    }
}
