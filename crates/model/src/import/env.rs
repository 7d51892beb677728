//! Lines of `KEY=VALUE`.

use zeroize::Zeroizing;

use super::{Entry, ParseError, add};

pub(super) fn parse(text: &str) -> Result<Vec<Entry>, ParseError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut entries = Vec::new();
    for (number, line) in (1..).zip(text.split('\n')) {
        let line = line.strip_suffix('\r').unwrap_or(line).trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (key, value) = without_export(line)
            .split_once('=')
            .ok_or_else(|| ParseError(format!("line {number}: expected KEY=VALUE but found no '='")))?;
        let key = key.trim();
        if key.is_empty() {
            return Err(ParseError(format!("line {number}: missing key before '='")));
        }
        let value = unquote(value.trim()).map_err(|error| ParseError(format!("line {number}: {error}")))?;
        add(&mut entries, Entry { key: key.to_owned(), value, line: Some(number) })?;
    }
    Ok(entries)
}

/// Strips `export` from `export KEY=…`, but not from a key such as `export` or `exports`.
fn without_export(line: &str) -> &str {
    match line.strip_prefix("export") {
        Some(rest) if rest.starts_with([' ', '\t']) && !rest.trim_start().starts_with('=') => rest.trim_start(),
        _ => line,
    }
}

fn unquote(value: &str) -> Result<Zeroizing<String>, String> {
    if let Some(rest) = value.strip_prefix('"') {
        double_quoted(rest)
    } else if let Some(rest) = value.strip_prefix('\'') {
        let (inside, after) = rest.split_once('\'').ok_or("missing closing single quote")?;
        if after.trim().is_empty() {
            Ok(Zeroizing::new(inside.to_owned()))
        } else {
            Err("unexpected data after closing single quote".to_owned())
        }
    } else {
        Ok(Zeroizing::new(value.to_owned()))
    }
}

fn double_quoted(rest: &str) -> Result<Zeroizing<String>, String> {
    let mut value = Zeroizing::new(String::with_capacity(rest.len()));
    let mut characters = rest.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => {
                return if characters.as_str().trim().is_empty() {
                    Ok(value)
                } else {
                    Err("unexpected data after closing double quote".to_owned())
                };
            }
            '\\' => match characters.next() {
                Some('n') => value.push('\n'),
                Some('t') => value.push('\t'),
                Some('r') => value.push('\r'),
                Some(escaped @ ('\\' | '"')) => value.push(escaped),
                Some(other) => value.extend(['\\', other]),
                None => value.push('\\'),
            },
            other => value.push(other),
        }
    }
    Err("missing closing double quote".to_owned())
}
