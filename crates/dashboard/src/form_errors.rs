//! What is wrong with a form, said where it is wrong.

use axum::http::StatusCode;
use coder_control::Error;

use crate::response::PageError;

/// What is wrong with a form.
#[derive(Debug, Clone, Default)]
pub struct FormErrors {
    /// For the form as a whole; empty when fields say it all.
    pub message: String,
    /// Headline of the above, where there is more than one sentence.
    pub headline: String,
    fields: Vec<(String, String)>,
}

impl FormErrors {
    /// What an error says about the form that led to it.
    ///
    /// # Errors
    /// The error itself, when no other contents of the form would have helped.
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

    /// A complaint about the form as a whole.
    pub fn form(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::default() }
    }

    /// A complaint about one field.
    pub fn field(field: &str, detail: impl Into<String>) -> Self {
        Self { fields: vec![(field.to_owned(), detail.into())], ..Self::default() }
    }

    /// What is wrong with a field; empty when nothing is.
    pub fn for_field(&self, field: &str) -> &str {
        self.fields.iter().find(|(known, _)| known == field).map_or("", |(_, detail)| detail)
    }

    /// Everything that none of the form's fields, named with spaces between, has a place for.
    pub fn unlisted(&self, fields: impl std::fmt::Display) -> Vec<&(String, String)> {
        let fields = fields.to_string();
        self.fields.iter().filter(|(field, _)| !fields.split(' ').any(|shown| shown == field)).collect()
    }

    /// The status of a page that shows the form.
    pub fn status(&self) -> StatusCode {
        if self.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }
    }

    /// Whether there is any.
    pub fn is_empty(&self) -> bool {
        self.message.is_empty() && self.fields.is_empty()
    }
}
