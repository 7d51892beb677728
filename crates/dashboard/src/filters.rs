//! Filters for templates. Askama looks for them in a module `filters` in scope of a page's struct.

use std::fmt::Display;

use askama::{Result, Values};

/// Text of users: characters that would reorder or hide the text around them are shown as escapes.
#[askama::filter_fn]
pub fn display_safe(text: impl Display, _: &dyn Values) -> Result<String> {
    Ok(coder_model::display_safe(&text.to_string()))
}
