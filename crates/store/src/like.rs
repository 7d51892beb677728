//! Patterns for `LIKE … ESCAPE '\'`.

/// The pattern for texts that contain `part` in lower case; `%`, `_` and `\` in it match themselves.
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
    fn wildcards_match_themselves() {
        assert_eq!(super::contains("A_b%\\"), "%a\\_b\\%\\\\%");
    }
}
