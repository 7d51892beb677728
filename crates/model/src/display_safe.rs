//! Escaping untrusted text for display.

/// Escapes control characters, which a terminal would act on, and bidirectional marks, which can make text look like other
/// text. Line feeds and tabs stay.
#[must_use]
pub fn display_safe(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        let control = character.is_control() && character != '\n' && character != '\t';
        let bidirectional = matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{061c}');
        if control || bidirectional {
            safe.extend(character.escape_unicode());
        } else {
            safe.push(character);
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::display_safe;

    #[test]
    fn control_characters_and_bidirectional_marks_are_escaped() {
        assert_eq!(display_safe("a\u{1b}[31mb\u{202e}c\r"), "a\\u{1b}[31mb\\u{202e}c\\u{d}");
        assert_eq!(display_safe("grüße 👋\n"), "grüße 👋\n");
    }
}
