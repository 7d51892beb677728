//! Patterns for `LIKE … ESCAPE '\'`.

/// The pattern of texts that contain `part`, both lower-cased; its wildcards stand for themselves.
pub fn contains(part: &str) -> String {
    let mut pattern = String::with_capacity(part.len() + 2);
    pattern.push('%');
    for character in part.chars().flat_map(char::to_lowercase) {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    #[test]
    fn wildcards_stand_for_themselves() {
        assert_eq!(super::contains("A_b%\\"), "%a\\_b\\%\\\\%");
    }
}
