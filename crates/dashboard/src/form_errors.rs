//! The errors of a form, for the form as a whole and by field.

use axum::http::StatusCode;
use coder_control::Error;

use crate::response::PageError;

/// The errors of a form; empty when it is valid or new.
#[derive(Debug, Clone, Default)]
pub struct FormErrors {
    /// For the form as a whole; empty when there are field errors.
    pub message: String,
    /// Headline of `message`, may be empty.
    pub headline: String,
    fields: Vec<(String, String)>,
}

impl FormErrors {
    /// The errors to show at a form after a failed operation. Returns `error` itself if another input would not help.
    pub fn of(error: Error) -> Result<Self, PageError> {
        match error {
            Error::Invalid { message, detail, field_errors }
            | Error::Conflict { message, detail, field_errors } => {
                let fields: Vec<_> =
                    field_errors.into_iter().map(|error| (error.field, error.detail)).collect();
                let (headline, message) = match (fields.is_empty(), detail.is_empty()) {
                    (true, true) => (String::new(), message),
                    (true, false) => (message, detail),
                    (false, _) => (String::new(), String::new()),
                };
                Ok(Self { message, headline, fields })
            }
            Error::Busy { message } => Ok(Self::form(message)),
            other => Err(other.into()),
        }
    }

    /// One error of the form as a whole.
    pub fn form(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::default() }
    }

    /// One field error.
    pub fn field(field: &str, detail: impl Into<String>) -> Self {
        Self { fields: vec![(field.to_owned(), detail.into())], ..Self::default() }
    }

    /// The error of a field; empty if it is valid.
    pub fn for_field(&self, field: &str) -> &str {
        self.fields.iter().find(|(name, _)| name == field).map_or("", |(_, detail)| detail)
    }

    /// Errors of fields that are not among `fields`, names separated by spaces: the form has no place for them.
    pub fn unlisted(&self, fields: impl std::fmt::Display) -> Vec<&(String, String)> {
        let fields = fields.to_string();
        self.fields.iter().filter(|(field, _)| !fields.split(' ').any(|name| name == field)).collect()
    }

    /// The status of a page that shows the form.
    pub fn status(&self) -> StatusCode {
        if self.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }
    }

    pub fn is_empty(&self) -> bool {
        self.message.is_empty() && self.fields.is_empty()
    }
}
