//! Values as forms carry them.

use coder_wire::Sensitive;
use zeroize::Zeroizing;

/// How the lines of a value end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LineEndings {
    /// With a line feed.
    #[default]
    Lf,
    /// With carriage return and line feed.
    Crlf,
}

/// A value as it was normalize_line_endings. A browser's text area knows only line feeds, and a form without a script sends every one of
/// them as CRLF: neither is what was normalize_line_endings, so the form says how lines end.
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
