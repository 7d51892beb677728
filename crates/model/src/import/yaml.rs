//! One YAML document: a mapping of strings to strings. Parsed as events, so that aliases are not expanded and a plain `123`
//! differs from a quoted one.

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span};
use zeroize::Zeroizing;

use super::{Entry, ParseError, add, shown};

const NOT_A_MAPPING: &str = "YAML content must be a mapping of secret names to string values";
const NOT_ONE_DOCUMENT: &str = "YAML content must be a single document mapping secret names to string values";

pub(super) fn parse(text: &str) -> Result<Vec<Entry>, ParseError> {
    let mut events = Parser::new_from_str(text).filter(|event| !matches!(event, Ok((Event::Nothing, _))));
    let mut next = move || -> Result<(Event<'_>, Span), ParseError> {
        events.next().unwrap_or(Ok((Event::StreamEnd, Span::default()))).map_err(|error| invalid(&error))
    };
    let mut entries = Vec::new();
    loop {
        match next()?.0 {
            Event::StreamStart | Event::DocumentStart(_) => {}
            Event::StreamEnd => return Ok(entries),
            Event::MappingStart(..) => break,
            Event::Scalar(text, ScalarStyle::Plain, _, None) if is_null(&text) => {}
            Event::DocumentEnd => return only_one_document(&next()?.0, entries),
            _ => return Err(ParseError(NOT_A_MAPPING.to_owned())),
        }
    }
    loop {
        let (event, span) = next()?;
        let key = match event {
            Event::MappingEnd => break,
            Event::Scalar(key, ScalarStyle::Plain, _, _) if key == "<<" => {
                return Err(ParseError("YAML merge keys are not supported".to_owned()));
            }
            Event::Scalar(key, style, _, tag) if tag.is_none() && is_string(&key, style) => key.into_owned(),
            _ => return Err(ParseError("YAML keys must be strings".to_owned())),
        };
        let must_be = |what: &str| ParseError(format!("value for key \"{}\" must be {what}", shown(&key)));
        let value = match next()?.0 {
            Event::Scalar(value, style, _, tag) if tag.is_none() && is_string(&value, style) => {
                Zeroizing::new(value.into_owned())
            }
            Event::Scalar(..) => return Err(must_be("a string (quote the value if it is numeric or boolean)")),
            Event::Alias(_) => return Err(must_be("a literal string; YAML aliases are not supported")),
            _ => return Err(must_be("a string, not a nested mapping or sequence")),
        };
        add(&mut entries, Entry { key, value, line: Some(span.start.line()) })?;
    }
    match next()?.0 {
        Event::DocumentEnd => only_one_document(&next()?.0, entries),
        event => only_one_document(&event, entries),
    }
}

fn only_one_document(event: &Event<'_>, entries: Vec<Entry>) -> Result<Vec<Entry>, ParseError> {
    match event {
        Event::StreamEnd => Ok(entries),
        _ => Err(ParseError(NOT_ONE_DOCUMENT.to_owned())),
    }
}

fn invalid(error: &ScanError) -> ParseError {
    ParseError(format!("invalid YAML: {} at line {}", error.info(), error.marker().line()))
}

fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

/// Whether the scalar is a string in YAML 1.2's core schema.
fn is_string(text: &str, style: ScalarStyle) -> bool {
    if style != ScalarStyle::Plain {
        return true;
    }
    let boolean = matches!(text, "true" | "True" | "TRUE" | "false" | "False" | "FALSE");
    !is_null(text) && !boolean && !is_number(text)
}

fn is_number(text: &str) -> bool {
    if let Some(digits) = text.strip_prefix("0o") {
        return !digits.is_empty() && digits.bytes().all(|digit| matches!(digit, b'0'..=b'7'));
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    // Rust's floats are those of the core schema, plus words such as `inf`, which the characters rule out.
    unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.')
        && unsigned
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'))
        && unsigned.parse::<f64>().is_ok()
}
