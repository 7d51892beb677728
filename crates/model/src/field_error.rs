//! An invalid field of a request. Messages are shown to users and never contain the input.

/// One invalid field. Never contains the input, which may be a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The field of the request, as it is spelled in JSON (`env_name`, `secrets[3].value`).
    pub field: String,
    /// What is wrong and what would be right.
    pub detail: String,
}

impl FieldError {
    /// An error of `field`.
    pub fn new(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { field: field.into(), detail: detail.into() }
    }
}
