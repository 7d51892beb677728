//! Errors of single fields.

/// An invalid field of a request. Messages are shown to users and never contain a secret or password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The field as spelled in JSON, with its path: `env_name`, `secrets[3].value`.
    pub field: String,
    /// What is wrong, and what is allowed.
    pub detail: String,
}

impl FieldError {
    /// An error of `field`.
    pub fn new(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { field: field.into(), detail: detail.into() }
    }
}
