//! The body of every response that is not a success.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The body of a response with a status of 400 or above.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct ApiError {
    /// What happened, in one sentence.
    pub message: String,
    /// Details, such as how to fix it; absent when there are none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// Every invalid field of the request; absent when no field is invalid.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub validations: Vec<FieldError>,
}

/// An invalid field of a request. Never contains the field's value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// The field, as it is spelled in the request: `env_name`, `secrets[3].value`.
    pub field: String,
    /// What is wrong, and what is allowed.
    pub detail: String,
}

impl From<coder_model::FieldError> for FieldError {
    fn from(error: coder_model::FieldError) -> Self {
        Self { field: error.field, detail: error.detail }
    }
}
