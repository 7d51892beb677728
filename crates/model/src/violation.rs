//! A broken rule, named by field, in the words shown to people.

/// One broken rule. Never carries the offending input, which may be a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The field of the request, as it is spelled in JSON (`env_name`, `secrets[3].value`).
    pub field: String,
    /// What is wrong and what would be right.
    pub detail: String,
}

impl Violation {
    /// A violation of `field`.
    pub fn new(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { field: field.into(), detail: detail.into() }
    }
}
