//! How things are shown on pages.

use coder_model::{Moment, user::User};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// A point in time, for a `time` element: exact for programs, and in words where no script says it better.
#[derive(Debug, Clone)]
pub struct DisplayTime {
    /// RFC 3339.
    pub datetime: String,
    /// To the minute, in UTC.
    pub text: String,
}

impl From<Moment> for DisplayTime {
    fn from(moment: Moment) -> Self {
        let time = moment.timestamp();
        Self { datetime: time.to_string(), text: time.strftime("%Y-%m-%d %H:%M UTC").to_string() }
    }
}

/// Filters for templates.
pub mod filters {
    use std::fmt::Display;

    use askama::{Result, Values};

    /// Text that somebody wrote: what would turn or hide what stands around it is shown as an escape.
    #[askama::filter_fn]
    pub fn display_safe(text: impl Display, _: &dyn Values) -> Result<String> {
        Ok(coder_model::display_safe(&text.to_string()))
    }
}

/// What stands in somebody's avatar: the first letter or digit of what they are called.
pub fn initial(user: &User) -> String {
    let called = user.name.chars().chain(user.username.as_str().chars());
    called.filter(|character| character.is_alphanumeric()).take(1).collect()
}

/// Digits with commas between the thousands.
pub fn thousands(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A part of a path, escaped so that it stays one. Dots too: a browser takes `..` for the parent directory.
pub fn segment(text: &str) -> String {
    const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'~');
    utf8_percent_encode(text, ESCAPED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_path_segments_read_well() {
        assert_eq!(
            ["7", "999", "1000", "24576", "1234567"].map(thousands),
            ["7", "999", "1,000", "24,576", "1,234,567"]
        );
        for (text, escaped) in [
            ("a b/50%.env", "a%20b%2F50%25%2Eenv"),
            ("..", "%2E%2E"),
            ("a-b_c~d", "a-b_c~d"),
            ("1+1=2?#&", "1%2B1%3D2%3F%23%26"),
            ("%2F", "%252F"),
            ("ä\n\u{7f}", "%C3%A4%0A%7F"),
        ] {
            assert_eq!(segment(text), escaped);
        }
    }
}
