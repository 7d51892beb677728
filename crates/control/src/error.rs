//! Why an operation was not carried out. `coder_http` maps each variant to one status, in one place.

use coder_model::FieldError;
use coder_store::Error as StoreError;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why an operation was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Invalid input.
    #[error("{message}")]
    Invalid {
        message: String,
        /// May be empty.
        detail: String,
        /// May be empty when `detail` says it all.
        field_errors: Vec<FieldError>,
    },
    /// The name is in use, or the resource is in a state that does not allow the operation.
    #[error("{message}")]
    Conflict {
        message: String,
        /// May be empty.
        detail: String,
        /// The fields that collide; may be empty.
        field_errors: Vec<FieldError>,
    },
    /// The resource does not exist, or the caller may not know that it does.
    #[error("not found")]
    NotFound,
    /// The resource was deleted.
    #[error("{message}")]
    Gone { message: String },
    /// The caller may know of the resource but not do this.
    #[error("forbidden")]
    Forbidden,
    /// The credentials are missing, invalid or expired.
    #[error("{message}")]
    Unauthenticated {
        message: String,
        /// May be empty.
        detail: String,
    },
    /// Too many requests at once; a later one may succeed.
    #[error("{message}")]
    Busy { message: String },
    /// Unexpected. The text is for the log, never for the caller.
    #[error("{0}")]
    Internal(String),
    /// The database failed.
    #[error("{0}")]
    Store(#[source] StoreError),
}

impl Error {
    /// Field errors under the usual message.
    #[must_use]
    pub fn invalid(field_errors: Vec<FieldError>) -> Self {
        Self::invalid_fields("Validation failed.", field_errors)
    }

    /// One field error under the usual message.
    #[must_use]
    pub fn invalid_field(field: &str, detail: impl Into<String>) -> Self {
        Self::invalid(vec![FieldError::new(field, detail)])
    }

    /// Field errors under a message of their own.
    pub(crate) fn invalid_fields(message: impl Into<String>, field_errors: Vec<FieldError>) -> Self {
        Self::Invalid { message: message.into(), detail: String::new(), field_errors }
    }

    /// An invalid request that is not the fault of a single field.
    #[must_use]
    pub fn bad_request(message: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Invalid { message: message.into(), detail: detail.into(), field_errors: Vec::new() }
    }

    pub(crate) fn conflict(message: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Conflict { message: message.into(), detail: detail.into(), field_errors: Vec::new() }
    }

    pub(crate) fn conflicting_fields(message: impl Into<String>, field_errors: Vec<FieldError>) -> Self {
        Self::Conflict { message: message.into(), detail: String::new(), field_errors }
    }

    /// A violated unique index as a conflict of `field`; other errors stay as they are.
    pub(crate) fn unique(error: impl Into<Self>, field: &str, message: impl Into<String>) -> Self {
        match error.into() {
            Self::Store(StoreError::Conflict { .. }) => Self::conflicting_fields(
                message,
                vec![FieldError::new(field, "This value is already in use and should be unique.")],
            ),
            other => other,
        }
    }

    pub(crate) fn unauthenticated(message: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Unauthenticated { message: message.into(), detail: detail.into() }
    }

    /// Unexpected, described for the log.
    #[must_use]
    pub fn internal(description: impl Into<String>) -> Self {
        Self::Internal(description.into())
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NullByte => Self::bad_request("Text must not contain null bytes.", ""),
            other => Self::Store(other),
        }
    }
}

impl From<coder_crypto::Error> for Error {
    fn from(error: coder_crypto::Error) -> Self {
        Self::Internal(error.to_string())
    }
}
