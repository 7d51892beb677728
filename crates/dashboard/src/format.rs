//! Times, numbers, initials and path segments as text.

use coder_model::{Moment, user::User};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// A point in time for a `time` element. A script replaces the text by a relative time.
#[derive(Debug, Clone)]
pub struct DisplayTime {
    /// RFC 3339, UTC.
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

/// The character in a user's avatar: the first letter or digit of their name, else of their username.
pub fn initial(user: &User) -> String {
    let names = user.name.chars().chain(user.username.as_str().chars());
    names.filter(|character| character.is_alphanumeric()).take(1).collect()
}

/// Separates thousands with commas.
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

/// A path segment, percent-encoded. Dots too: browsers resolve `..` as the parent directory.
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
