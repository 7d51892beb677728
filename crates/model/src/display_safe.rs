//! Showing text that somebody else wrote.

/// Text with everything escaped that a terminal or a page would act on, or that would make it look like other text.
#[must_use]
pub fn display_safe(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        let acts = character.is_control() && character != '\n' && character != '\t';
        // Marks that change the direction of what follows.
        let turns = matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{061c}');
        if acts || turns {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::display_safe;

    #[test]
    fn what_a_terminal_would_act_on_is_escaped() {
        assert_eq!(display_safe("a\u{1b}[31mb\u{202e}c\r"), "a\\u{1b}[31mb\\u{202e}c\\u{d}");
        assert_eq!(display_safe("grüße 👋\n"), "grüße 👋\n");
    }
}
