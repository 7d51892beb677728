//! Why an operation was not carried out. The server maps each variant to one status, in one place.

use coder_model::FieldError;

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why an operation was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Broken rules, by field.
    #[error("{message}")]
    Invalid {
        /// The headline.
        message: String,
        /// More about it; may be empty.
        detail: String,
        /// Every broken rule; may be empty when `detail` says it all.
        field_errors: Vec<FieldError>,
    },
    /// Something of that name, or in that state, is there already.
    #[error("{message}")]
    Conflict {
        /// The headline.
        message: String,
        /// More about it; may be empty.
        detail: String,
        /// The fields that collide; may be empty.
        field_errors: Vec<FieldError>,
    },
    /// It does not exist, or the caller may not know whether it does.
    #[error("not found")]
    NotFound,
    /// It was there and is deleted.
    #[error("{message}")]
    Gone {
        /// The headline.
        message: String,
    },
    /// The caller may know of it but not do this.
    #[error("forbidden")]
    Forbidden,
    /// The caller is not known, or not any more.
    #[error("{message}")]
    Unauthenticated {
        /// The headline.
        message: String,
        /// Why; may be empty.
        detail: String,
    },
    /// Too much at once: worth another try later.
    #[error("{message}")]
    Busy {
        /// The headline.
        message: String,
    },
    /// Something unexpected. The text is for the log, never for the caller.
    #[error("{0}")]
    Internal(String),
    /// The database failed.
    #[error("{0}")]
    Store(#[source] coder_store::Error),
}

impl Error {
    /// Broken rules under the usual headline.
    #[must_use]
    pub fn invalid(field_errors: Vec<FieldError>) -> Self {
        Self::Invalid { message: "Validation failed.".to_owned(), detail: String::new(), field_errors }
    }

    /// One broken rule under the usual headline.
    #[must_use]
    pub fn invalid_field(field: &str, detail: impl Into<String>) -> Self {
        Self::invalid(vec![FieldError::new(field, detail)])
    }

    /// A refusal that no single field is to blame for.
    #[must_use]
    pub fn bad_request(message: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Invalid { message: message.into(), detail: detail.into(), field_errors: Vec::new() }
    }

    /// Something unexpected, described for the log.
    #[must_use]
    pub fn internal(description: impl Into<String>) -> Self {
        Self::Internal(description.into())
    }
}

impl From<coder_store::Error> for Error {
    fn from(error: coder_store::Error) -> Self {
        match error {
            coder_store::Error::NullByte => Self::bad_request("Text must not contain null bytes.", ""),
            other => Self::Store(other),
        }
    }
}
