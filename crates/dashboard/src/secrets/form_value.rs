//! Secret values in forms.

use coder_wire::Sensitive;
use zeroize::Zeroizing;

/// The line endings of a value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LineEndings {
    #[default]
    Lf,
    Crlf,
}

/// A value with the line endings of the original. A browser's text area has only line feeds, and submits them as CRLF, so a
/// field of the form says which they were.
pub fn normalize_line_endings(value: &Sensitive, endings: LineEndings) -> Zeroizing<String> {
    let value = Zeroizing::new(value.expose().replace("\r\n", "\n"));
    match endings {
        LineEndings::Lf => value,
        LineEndings::Crlf => Zeroizing::new(value.replace('\n', "\r\n")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_as_the_form_says() {
        for sent in ["a\r\nb\r\n", "a\nb\n"] {
            assert_eq!(*normalize_line_endings(&Sensitive::from(sent), LineEndings::Lf), "a\nb\n");
            assert_eq!(*normalize_line_endings(&Sensitive::from(sent), LineEndings::Crlf), "a\r\nb\r\n");
        }
    }
}
