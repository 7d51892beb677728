//! The error envelope: every answer that is not a success has this body.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why a request was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct ApiError {
    /// What happened, in one sentence.
    pub message: String,
    /// More about it; absent when there is nothing to add.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// Every broken rule, by field; absent when no field is to blame.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub validations: Vec<FieldError>,
}

/// A broken rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// The field of the request.
    pub field: String,
    /// What is wrong with it.
    pub detail: String,
}

impl From<coder_model::FieldError> for FieldError {
    fn from(error: coder_model::FieldError) -> Self {
        Self { field: error.field, detail: error.detail }
    }
}
